import { refusal } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { answerToCancel, cancelLocked, type JobAnswer, type JobRunner } from '@imago/jobs';
import { type Cause, inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { jobEvents } from './job-events.ts';
import { JobLeftovers } from './job-leftovers.ts';
import { type TransferJob, type TransferJobData, type TransferJobInput, typeOf } from './transfer-job.ts';
import { TRANSFER_JOB_RUNNER, TransferJobs } from './transfer-jobs.ts';

/** Ends jobs on demand: a waiting one at once, a running one within a chunk. */
@Injectable()
export class CancelJob {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: TransferJobs,
    private readonly leftovers: JobLeftovers,
    private readonly outbox: Outbox,
    @Inject(TRANSFER_JOB_RUNNER) private readonly runner: JobRunner<TransferJobInput, TransferJobData>,
  ) {}

  /** @throws Refusal job.not_found (also for another project's job), job.wrong_state when it has ended. */
  async execute(jobId: string, context: RequestContext): Promise<JobAnswer> {
    const result = await inTransaction(this.db, async (tx) => {
      const job = await this.jobs.store.lock(tx, jobId);
      const isOwner = job?.project_id === context.project_id;
      if (job === null || job.state === 'admitting' || !(isOwner || context.roles.includes('admin'))) {
        throw refusal('job.not_found', `There is no job ${jobId}.`);
      }
      requireAllowed('job.cancel', context, isOwner ? 'owner' : 'operator');
      return answerToCancel(job, await this.#cancel(tx, job, { correlation_id: context.correlation_id }));
    });
    this.runner.noticeCancel(jobId);
    return result;
  }

  /** A copy whose image is deleted in the making ends with it. What reads a deleted image has its own way to end. */
  async imageDeleted(tx: EntityManager, imageId: string, cause: Cause): Promise<void> {
    for (const job of await this.jobs.store.lockAliveOfImage(tx, imageId)) {
      if (typeOf(job) === 'copy') await this.#cancel(tx, job, cause);
    }
  }

  #cancel(tx: EntityManager, job: TransferJob, cause: Cause): Promise<JobAnswer | null> {
    const ended = (end: EntityManager, cancelled: TransferJob): Promise<void> =>
      this.leftovers.jobEnded(end, cancelled);
    const definition = { ...jobEvents, ended };
    return cancelLocked({ store: this.jobs.store, outbox: this.outbox, definition }, tx, job, cause);
  }
}
