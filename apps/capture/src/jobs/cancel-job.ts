import { refusal } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { answerToCancel, cancelLocked, type JobAnswer, type JobRunner } from '@imago/jobs';
import { type Cause, inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CapturedMachines } from '../captures/captured-machines.ts';
import { type ImageJob, type ImageJobData, type ImageJobInput, typeOf } from './image-job.ts';
import { IMAGE_JOB_RUNNER, ImageJobs } from './image-jobs.ts';
import { jobEvents } from './job-events.ts';
import { WorkInProgress } from './work-in-progress.ts';

/** Ends jobs on demand: a waiting one at once, a running one within a chunk. */
@Injectable()
export class CancelJob {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImageJobs,
    private readonly work: WorkInProgress,
    private readonly outbox: Outbox,
    private readonly machines: CapturedMachines,
    @Inject(IMAGE_JOB_RUNNER) private readonly runner: JobRunner<ImageJobInput, ImageJobData>,
  ) {}

  /** @throws Refusal job.not_found (also for another project's job), job.wrong_state when it has ended or is a digest. */
  async execute(jobId: string, context: RequestContext): Promise<JobAnswer> {
    const result = await inTransaction(this.db, async (tx) => {
      const job = await this.jobs.store.lock(tx, jobId);
      const isOwner = job?.project_id === context.project_id;
      if (job === null || job.state === 'admitting' || !(isOwner || context.roles.includes('admin'))) {
        throw refusal('job.not_found', `There is no job ${jobId}.`);
      }
      requireAllowed('job.cancel', context, isOwner ? 'owner' : 'operator');
      if (typeOf(job) === 'digest') {
        throw refusal('job.wrong_state', 'The hashes of an image are made with it; delete the image to end this.');
      }
      return answerToCancel(job, await this.cancel(tx, job, { correlation_id: context.correlation_id }));
    });
    this.runner.noticeCancel(jobId);
    return result;
  }

  /** An image that is deleted needs none of its jobs any more, nor do the disks of a machine. */
  async imageDeleted(tx: EntityManager, imageId: string, cause: Cause): Promise<void> {
    for (const id of [imageId, ...(await this.machines.disks(tx, imageId))]) {
      for (const job of await this.jobs.store.lockAliveOfImage(tx, id)) await this.cancel(tx, job, cause);
    }
  }

  /** Cancels a locked job inside a transaction of the caller; null when it has ended or is being cancelled already. */
  cancel(tx: EntityManager, job: ImageJob, cause: Cause): Promise<JobAnswer | null> {
    // What an attempt before has stored is swept by catalog.
    const ended = (end: EntityManager, { id }: ImageJob): Promise<void> => this.work.forget(end, id);
    const definition = { ...jobEvents, ended };
    return cancelLocked({ store: this.jobs.store, outbox: this.outbox, definition }, tx, job, cause);
  }
}
