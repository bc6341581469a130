import { refusal } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { answerToCancel, cancelLocked, type JobAnswer, type JobRunner } from '@imago/jobs';
import { type Cause, inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { scanEvents } from './scan-events.ts';
import type { ScanData, ScanInput, ScanJob } from './scan-job.ts';
import { SCAN_RUNNER, ScanJobs } from './scan-jobs.ts';

/** Ends scans before their time: a waiting one at once, a running one within a heartbeat. */
@Injectable()
export class EndImageScan {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ScanJobs,
    private readonly outbox: Outbox,
    @Inject(SCAN_RUNNER) private readonly runner: JobRunner<ScanInput, ScanData>,
  ) {}

  /** @throws Refusal job.not_found (also for another project's job), job.wrong_state when it has ended. */
  async cancel(jobId: string, context: RequestContext): Promise<JobAnswer> {
    const answer = await inTransaction(this.db, async (tx) => {
      const job = await this.jobs.store.lock(tx, jobId);
      if (job?.type !== 'scan' || job.state === 'admitting') throw refusal('job.not_found', 'There is no such job.');
      requireAllowed('job.cancel', context, job.project_id === context.project_id ? 'owner' : 'none');
      return answerToCancel(job, await this.#end(tx, job, { correlation_id: context.correlation_id }));
    });
    this.runner.noticeCancel(jobId);
    return answer;
  }

  /** Nobody wants to know of an image that is deleted. */
  async imageDeleted(tx: EntityManager, imageId: string, cause: Cause): Promise<void> {
    for (const job of await this.jobs.store.lockAliveOfImage(tx, imageId)) await this.#end(tx, job, cause);
  }

  #end(tx: EntityManager, job: ScanJob, cause: Cause): Promise<JobAnswer | null> {
    return cancelLocked({ store: this.jobs.store, outbox: this.outbox, definition: scanEvents }, tx, job, cause);
  }
}
