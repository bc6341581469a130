import { type JobView, refusal } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { answerToCancel, cancelledBy, type JobRunner, PartJournal, toView } from '@imago/jobs';
import { inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { importCancelled, importProgressed } from './import-events.ts';
import type { ImportData, ImportInput, ImportJob } from './import-job.ts';
import { IMPORT_RUNNER, ImportJobs } from './import-jobs.ts';
import { SourceRecords } from './source/source-records.ts';

/** Why and by what something is cancelled, for the events it makes. */
export interface CancelCause {
  readonly correlation_id: string;
  readonly causation_id?: string;
}

/** Ends imports on demand: a waiting one at once, a running one within a chunk. */
@Injectable()
export class CancelImport {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImportJobs,
    private readonly parts: PartJournal,
    private readonly records: SourceRecords,
    private readonly outbox: Outbox,
    @Inject(IMPORT_RUNNER) private readonly runner: JobRunner<ImportInput, ImportData>,
  ) {}

  /** @throws Refusal job.not_found (also for another project's job), job.wrong_state when it has ended. */
  async execute(jobId: string, context: RequestContext): Promise<{ job: JobView; event_ids: string[] }> {
    const result = await inTransaction(this.db, async (tx) => {
      const job = await this.jobs.store.lock(tx, jobId);
      const isOwner = job?.project_id === context.project_id;
      if (job?.type !== 'import' || job.state === 'admitting' || !(isOwner || context.roles.includes('admin'))) {
        throw refusal('job.not_found', `There is no job ${jobId}.`);
      }
      requireAllowed('job.cancel', context, isOwner ? 'owner' : 'operator');
      return answerToCancel(job, await this.cancel(tx, job, { correlation_id: context.correlation_id }));
    });
    this.runner.noticeCancel(jobId);
    return result;
  }

  /** Cancels a locked job inside a transaction of the caller; null when it has ended or is being cancelled already. */
  async cancel(
    tx: EntityManager,
    job: ImportJob,
    cause: CancelCause,
  ): Promise<{ job: JobView; event_ids: string[] } | null> {
    const error = cancelledBy(job);
    const ends = job.state === 'queued';
    const moved = await this.jobs.store.move(
      tx,
      job,
      'request_cancel',
      ends ? { error: { ...error, phase: job.phase } } : {},
    );
    if (moved === null) return null;
    if (ends) {
      await this.parts.keepOnly(tx, moved.id, []); // of an attempt before; what it stored is swept by catalog
      await this.records.forget(tx, moved.id);
    }
    const view = toView(moved);
    const event = ends ? importCancelled(moved, view, error) : importProgressed(moved, view);
    return { job: view, event_ids: [await this.outbox.add(tx, event, cause)] };
  }
}
