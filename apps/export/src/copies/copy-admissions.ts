import { AbandonImage, type RequestCopy, type RequestOf } from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { imageOf, type JobAnswer, requestHash, requestKey, requireSameRequest, toView } from '@imago/jobs';
import { inTransaction, Outbox, RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { TransferJob, TransferJobData } from '../jobs/transfer-job.ts';
import { TransferJobs } from '../jobs/transfer-jobs.ts';
import { copyRequested } from './copy-events.ts';
import { CopySources } from './copy-sources.ts';
import { COPY_PHASES } from './phases/copy-phase.ts';

/**
 * What there is of a copy before it is promised: its job, recorded before anything is asked for, so that what a crash
 * leaves behind is found and taken back.
 */
@Injectable()
export class CopyAdmissions {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: TransferJobs,
    private readonly sources: CopySources,
    private readonly requests: RequestClient,
    private readonly outbox: Outbox,
  ) {}

  /** The job of this request, new or known. @throws Refusal request.idempotency_conflict */
  async record(request: RequestOf<typeof RequestCopy>, context: RequestContext): Promise<TransferJob> {
    const hash = requestHash('copy', request);
    const { source, name, destination_region } = request;
    return inTransaction(this.db, async (tx) => {
      const { job, created } = await this.jobs.store.insert(tx, {
        id: uuidv7(),
        type: 'copy',
        project_id: context.project_id,
        region: destination_region,
        image_id: uuidv7(),
        phase: COPY_PHASES[0],
        input: { copy: { source, name, by_operator: context.roles.includes('admin') } },
        data: {},
        idempotency_key: requestKey(request.idempotency_key, context, context.project_id),
        request_hash: hash,
        actor: context.user_id,
        correlation_id: context.correlation_id,
      });
      requireSameRequest(job, hash);
      if (created) await this.sources.add(tx, job.id, source.image_id);
      return job;
    });
  }

  /** From here on the copy will end. Null when its admission was taken back meanwhile. */
  async promise(job: TransferJob, data: TransferJobData): Promise<JobAnswer | null> {
    const accepted = await inTransaction(this.db, async (tx) => {
      const queued = await this.jobs.store.admit(tx, job.id, data);
      if (queued === null) return null;
      const view = toView(queued);
      const eventId = await this.outbox.add(tx, copyRequested(queued, view), { correlation_id: queued.correlation_id });
      return { job: view, event_ids: [eventId] };
    });
    if (accepted !== null) return accepted;
    const current = await this.jobs.store.find(this.db.manager, job.id);
    return current === null || current.state === 'admitting' ? null : { job: toView(current), event_ids: [] };
  }

  /** Of an admission that was refused: no image was registered. */
  async refused(job: TransferJob): Promise<void> {
    await this.jobs.store.forget(this.db.manager, job.id);
  }

  /** Of an admission of which nobody knows how far it came. @returns false when it was promised meanwhile. */
  async cutOff(job: TransferJob): Promise<boolean> {
    await this.abandon(job);
    return this.jobs.store.forget(this.db.manager, job.id);
  }

  /** Takes the image back, also one whose registration is still on its way. */
  async abandon(job: TransferJob): Promise<void> {
    await this.requests.send(
      AbandonImage,
      { image_id: imageOf(job), region: job.region, reason: 'The copy was never accepted.' },
      { context: serviceContext('export', job.project_id, job.correlation_id) },
    );
  }

  /** Admissions that were cut off at least `seconds` ago. */
  stale(seconds: number): Promise<readonly TransferJob[]> {
    return this.jobs.store.staleAdmissions(this.db, seconds);
  }
}
