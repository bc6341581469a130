import {
  GetImage,
  type ImageRecord,
  LockServerDisk,
  Refusal,
  refusal,
  type RegisteredFacts,
  RegisterImage,
  type RequestCapture as RequestCaptureContract,
  type RequestOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { declaredOf } from '@imago/image-transfer';
import {
  imageOf,
  isCertain,
  type JobAnswer,
  type JobRunner,
  requestHash,
  requestKey,
  requireSameRequest,
  toView,
} from '@imago/jobs';
import { inTransaction, Outbox, RequestClient } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { captureOf, type LockAnswer, lockedDisk, lockRequest } from '../exports/locked-disk.ts';
import type { ImageJob, ImageJobData, ImageJobInput } from '../jobs/image-job.ts';
import { IMAGE_JOB_RUNNER, ImageJobs } from '../jobs/image-jobs.ts';
import { captureRequested } from './capture-events.ts';
import { captureFacts, gibOf, originOf } from './capture-facts.ts';
import { diskImageId, waitingDisks } from './machine-disks.ts';
import { TakeBackCapture } from './take-back-capture.ts';

type Request = RequestOf<typeof RequestCaptureContract>;

/**
 * Accepts a capture or refuses it at once. The job and its lock are recorded first, then the server is locked, then the
 * image registered, then the job promised: a crash between leaves an admission that is taken back, never a locked server
 * or an image without a job.
 */
@Injectable()
export class RequestCapture {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImageJobs,
    private readonly takeBack: TakeBackCapture,
    private readonly requests: RequestClient,
    private readonly outbox: Outbox,
    @Inject(IMAGE_JOB_RUNNER) private readonly runner: JobRunner<ImageJobInput, ImageJobData>,
  ) {}

  /** @throws Refusal as the contract of `capture.requestCapture` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<JobAnswer> {
    requireAllowed('server.capture', context, 'owner');
    requireGeneralizable(request);
    const job = await this.#record(request, context);
    if (job.state !== 'admitting') return { job: toView(job), event_ids: [] };
    try {
      const locked = await this.requests.send(LockServerDisk, lockRequest(job, true), { context });
      const facts = await this.#register(job, locked, context);
      return await this.#promise(job, {
        origin: originOf(locked),
        declared: declaredOf(facts),
        disk: lockedDisk(locked.disk),
        ...(locked.data_disks.length > 0 && { waiting: waitingDisks(job, locked) }),
      });
    } catch (error) {
      // A refusal is certain. After anything else nobody knows what is locked and registered: the sweep decides.
      if (isCertain(error)) await this.takeBack.refused(job);
      throw error;
    }
  }

  async #record(request: Request, context: RequestContext): Promise<ImageJob> {
    const hash = requestHash('capture', request);
    const { server_id, source, name, description, verify_boot, generalize } = request;
    const disk_id = source.type === 'data_disk' ? source.disk_id : null;
    const capture = { server_id, disk_id, name, description, verify_boot, generalize };
    return inTransaction(this.db, async (tx) => {
      const { job, created } = await this.jobs.store.insert(tx, {
        id: uuidv7(),
        type: 'capture',
        project_id: context.project_id,
        region: request.region,
        image_id: uuidv7(),
        phase: 'lock',
        input: { capture: source.type === 'full_machine' ? { ...capture, scope: 'machine' } : capture },
        data: {},
        idempotency_key: requestKey(request.idempotency_key, context, context.project_id),
        request_hash: hash,
        actor: context.user_id,
        correlation_id: context.correlation_id,
      });
      requireSameRequest(job, hash);
      if (created) await this.takeBack.note(tx, job);
      return job;
    });
  }

  async #register(job: ImageJob, locked: LockAnswer, context: RequestContext): Promise<RegisteredFacts> {
    const facts = captureFacts(captureOf(job), locked, await this.#imageOf(job, locked.disk.image_id, context));
    await this.requests.send(
      RegisterImage,
      {
        image_id: imageOf(job),
        region: job.region,
        job_id: job.id,
        facts,
        visibility: 'private',
        disk_format: 'qcow2',
        container_format: 'bare',
        data_disks: locked.data_disks.map((disk) => ({
          image_id: diskImageId(job, disk.id),
          size_gib: gibOf(disk),
        })),
        agreement: null,
        ...(captureOf(job).verify_boot === true && { verify_boot: true }),
      },
      { context },
    );
    return facts;
  }

  /** What the disk was made from; null when that image is gone or not the caller's to see any more. */
  async #imageOf(job: ImageJob, image_id: string | null, context: RequestContext): Promise<ImageRecord | null> {
    if (image_id === null) return null;
    try {
      return (await this.requests.send(GetImage, { image_id, region: job.region }, { context })).image;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'image.not_found') return null;
      throw error;
    }
  }

  async #promise(job: ImageJob, data: ImageJobData): Promise<JobAnswer> {
    const accepted = await inTransaction(this.db, async (tx) => {
      const queued = await this.jobs.store.admit(tx, job.id, data);
      if (queued === null) return null;
      const view = toView(queued);
      const eventId = await this.outbox.add(tx, captureRequested(queued, view), {
        correlation_id: queued.correlation_id,
      });
      return { job: view, event_ids: [eventId] };
    });
    if (accepted !== null) {
      this.runner.wake();
      return accepted;
    }
    const current = await this.jobs.store.find(this.db.manager, job.id);
    if (current !== null && current.state !== 'admitting') return { job: toView(current), event_ids: [] };
    // It was taken back while it was still under way; then so are image and lock, whoever made them last.
    await this.takeBack.everything(job);
    throw refusal('request.timeout', 'The capture took too long to be accepted and was taken back.');
  }
}

/** @throws Refusal capture.not_generalizable */
function requireGeneralizable({ source, generalize }: Request): void {
  if (!generalize || source.type !== 'data_disk') return;
  throw refusal('capture.not_generalizable', 'A data disk has no operating system that could be generalized.');
}
