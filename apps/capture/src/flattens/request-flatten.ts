import {
  DescribeLayers,
  GetImage,
  type ImageRecord,
  refusal,
  type RequestFlatten as RequestFlattenContract,
  type RequestOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext, serviceContext } from '@imago/identity';
import { type JobAnswer, type JobRunner, requestHash, requestKey, requireSameRequest, toView } from '@imago/jobs';
import { inTransaction, Outbox, RequestClient } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ImageJobData, ImageJobInput } from '../jobs/image-job.ts';
import { IMAGE_JOB_RUNNER, ImageJobs } from '../jobs/image-jobs.ts';
import { flattenRequested } from './flatten-events.ts';

type Request = RequestOf<typeof RequestFlattenContract>;

/** Accepts a flattening or refuses it at once. Nothing is held for it, so its job is recorded and promised in one. */
@Injectable()
export class RequestFlatten {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImageJobs,
    private readonly requests: RequestClient,
    private readonly outbox: Outbox,
    @Inject(IMAGE_JOB_RUNNER) private readonly runner: JobRunner<ImageJobInput, ImageJobData>,
  ) {}

  /** @throws Refusal as the contract of `capture.requestFlatten` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<JobAnswer> {
    const { image_id, region } = request;
    const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
    requireAllowed('image.flatten', context, image.owner === context.project_id ? 'owner' : 'public');
    const hash = requestHash('flatten', request);
    const key = requestKey(request.idempotency_key, context, image.owner);
    const isKnown = await this.jobs.store.hasKey(this.db.manager, image.owner, key);
    if (!isKnown) await this.#requireLayered(image, context);
    const accepted = await this.#accept({ image, hash, key, context });
    this.runner.wake();
    return accepted;
  }

  async #requireLayered({ id, region, owner, status }: ImageRecord, context: RequestContext): Promise<void> {
    if (status !== 'active') throw refusal('image.not_active', `The image is ${status}.`, { status });
    const { object } = await this.requests.send(
      DescribeLayers,
      { image_id: id, region },
      { context: serviceContext('capture', owner, context.correlation_id) },
    );
    if (object.layers.length === 0) throw refusal('image.not_layered', 'The image is stored whole already.');
  }

  async #accept(asked: {
    readonly image: ImageRecord;
    readonly hash: string;
    readonly key: string;
    readonly context: RequestContext;
  }): Promise<JobAnswer> {
    const { image, hash, key, context } = asked;
    return inTransaction(this.db, async (tx) => {
      const { job, created } = await this.jobs.store.insert(tx, {
        id: uuidv7(),
        type: 'flatten',
        project_id: image.owner,
        region: image.region,
        image_id: image.id,
        phase: 'map',
        input: {},
        data: {},
        idempotency_key: key,
        request_hash: hash,
        actor: context.user_id,
        correlation_id: context.correlation_id,
      });
      requireSameRequest(job, hash);
      const queued = created ? await this.jobs.store.admit(tx, job.id) : null;
      if (queued === null) return { job: toView(job), event_ids: [] };
      const view = toView(queued);
      const eventId = await this.outbox.add(tx, flattenRequested(queued, view), {
        correlation_id: queued.correlation_id,
      });
      return { job: view, event_ids: [eventId] };
    });
  }
}
