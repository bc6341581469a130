import { createHash } from 'node:crypto';
import {
  type ImageFacts,
  type JobView,
  refusal,
  RegisterImage,
  type RequestImport as RequestImportContract,
  type RequestOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { type JobRunner, toView } from '@imago/jobs';
import { inTransaction, Outbox, RequestClient } from '@imago/messaging';
import { ObjectNotFoundError, Regions } from '@imago/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { BucketAssignments } from '../buckets/bucket-assignments.repository.ts';
import { importRequested } from './import-events.ts';
import { type ImportData, type ImportInput, type ImportJob, imageOf, sourceUri } from './import-job.ts';
import { IMPORT_RUNNER, ImportJobs } from './import-jobs.ts';

type Request = RequestOf<typeof RequestImportContract>;

/** The answer to a tenant: the job as it stands and the events that will show it on the board. */
export interface ImportAccepted {
  readonly job: JobView;
  readonly event_ids: string[];
}

/**
 * Accepts an import or refuses it at once. The job is recorded first, then the image is registered, then the job is
 * promised: a crash between leaves an admission that is taken back, never an image without a job.
 */
@Injectable()
export class RequestImport {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImportJobs,
    private readonly buckets: BucketAssignments,
    private readonly regions: Regions,
    private readonly requests: RequestClient,
    private readonly outbox: Outbox,
    @Inject(IMPORT_RUNNER) private readonly runner: JobRunner<ImportInput, ImportData>,
  ) {}

  /** @throws Refusal as the contract of `import.requestImport` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<ImportAccepted> {
    requireAllowed('image.import', context, 'owner');
    await this.#requireBucket(request, context.project_id);
    const { job, created } = await this.#record(request, context);
    if (job.state !== 'admitting') return { job: toView(job), event_ids: [] };
    try {
      if (created) await this.#requireSource(request);
      await this.#register(job, context);
    } catch (error) {
      // A refusal is certain. After anything else nobody knows whether the image is registered: the sweep decides.
      if (isCertain(error)) await this.jobs.store.forget(this.db.manager, job.id);
      throw error;
    }
    return this.#promise(job);
  }

  async #requireBucket({ source, region }: Request, projectId: string): Promise<void> {
    if (await this.buckets.has({ project_id: projectId, region, bucket: source.bucket })) return;
    // The same answer for a bucket that is not there and for one of another project.
    throw refusal('import.bucket_not_found', `Your project has no bucket ${source.bucket} in ${region}.`, {
      bucket: source.bucket,
      region,
    });
  }

  async #record(request: Request, context: RequestContext): Promise<{ job: ImportJob; created: boolean }> {
    const hash = hashOf(request);
    const { job, created } = await this.jobs.store.insert(this.db.manager, {
      id: uuidv7(),
      type: 'import',
      project_id: context.project_id,
      region: request.region,
      image_id: uuidv7(),
      phase: 'admit',
      input: { source: request.source, disk_format: request.disk_format, facts: request.facts },
      data: {},
      idempotency_key: request.idempotency_key,
      request_hash: hash,
      actor: context.user_id,
      correlation_id: context.correlation_id,
    });
    if (job.request_hash !== hash) {
      throw refusal('request.idempotency_conflict', 'This Idempotency-Key was used for a different import.');
    }
    return { job, created };
  }

  async #requireSource({ source, region }: Request): Promise<void> {
    try {
      await this.regions.get(region).bucketStore(source.bucket).head(source.object);
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
      throw refusal('import.object_not_found', `There is no object ${sourceUri(source)}.`, {
        bucket: source.bucket,
        object: source.object,
      });
    }
  }

  async #register(job: ImportJob, context: RequestContext): Promise<void> {
    const facts: ImageFacts = job.input.facts;
    await this.requests.send(
      RegisterImage,
      {
        image_id: imageOf(job),
        region: job.region,
        job_id: job.id,
        facts,
        visibility: 'private',
        disk_format: 'qcow2',
        agreement: { accepted_by: context.user_id, accepted_at: job.created_at.toISOString() },
      },
      { context },
    );
  }

  async #promise(job: ImportJob): Promise<ImportAccepted> {
    const accepted = await inTransaction(this.db, async (tx) => {
      const queued = await this.jobs.store.admit(tx, job.id);
      if (queued === null) return null;
      const view = toView(queued);
      const eventId = await this.outbox.add(tx, importRequested(queued, view), {
        correlation_id: queued.correlation_id,
      });
      return { job: view, event_ids: [eventId] };
    });
    if (accepted !== null) {
      this.runner.wake();
      return accepted;
    }
    const current = await this.jobs.store.find(this.db.manager, job.id);
    if (current === null || current.state === 'admitting') {
      throw refusal('request.timeout', 'The import took too long to be accepted and was taken back.');
    }
    return { job: toView(current), event_ids: [] };
  }
}

/** A refusal of the request itself, as opposed to a neighbour that did not answer. */
function isCertain(error: unknown): boolean {
  const kind = error instanceof Error && 'kind' in error ? error.kind : null;
  return kind !== null && kind !== 'timeout' && kind !== 'unavailable' && kind !== 'internal';
}

function hashOf(request: Request): string {
  const { idempotency_key: _key, ...rest } = request;
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}
