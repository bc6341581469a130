import { type JobView, refusal } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { cancelledBy, type JobRunner, toView } from '@imago/jobs';
import { inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { EndOfJob } from './end-of-job.ts';
import { jobCancelled, jobProgressed } from './job-events.ts';
import type { ServerData, ServerInput, ServerJob } from './server-job.ts';
import { SERVER_RUNNER, ServerJobs } from './server-jobs.ts';

/** The job as it is after it was cancelled, and the events that will show it. */
interface Cancelled {
  readonly job: JobView;
  readonly event_ids: string[];
}

/**
 * Ends jobs on demand: a waiting one at once, the making of servers after the one in hand. Another task that has begun is
 * one step on the host that is done or not: it is soon over, and is not broken off half-way.
 */
@Injectable()
export class CancelServerJob {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ServerJobs,
    private readonly endOfJob: EndOfJob,
    private readonly outbox: Outbox,
    @Inject(SERVER_RUNNER) private readonly runner: JobRunner<ServerInput, ServerData>,
  ) {}

  /** @throws Refusal job.not_found (also for another project's job), job.wrong_state when it cannot be cancelled any more. */
  async execute(jobId: string, context: RequestContext): Promise<Cancelled> {
    const cancelled = await inTransaction(this.db, async (tx) => {
      const job = await this.jobs.store.lock(tx, jobId);
      if (job === null || job.state === 'admitting') throw refusal('job.not_found', 'There is no such job.');
      requireAllowed('job.cancel', context, job.project_id === context.project_id ? 'owner' : 'none');
      if (job.state === 'cancelling') return { job: toView(job), event_ids: [] };
      return this.#cancel(tx, job, context);
    });
    this.runner.noticeCancel(jobId);
    return cancelled;
  }

  async #cancel(tx: EntityManager, job: ServerJob, context: RequestContext): Promise<Cancelled> {
    if (job.started_at !== null && job.finished_at === null && job.input.task !== 'creating') {
      throw refusal('job.wrong_state', 'The job has begun and is soon over.', { state: job.state });
    }
    const error = cancelledBy(job);
    const ends = job.state === 'queued';
    const change = ends ? { error: { ...error, phase: job.phase } } : {};
    const moved = await this.jobs.store.move(tx, job, 'request_cancel', change);
    if (moved === null) {
      throw refusal('job.wrong_state', `The job is ${job.state} and cannot be cancelled.`, { state: job.state });
    }
    if (ends) await this.endOfJob.execute(tx, moved);
    const view = toView(moved);
    const event = ends ? jobCancelled(moved, view, error) : jobProgressed(moved, view);
    const cause = { correlation_id: context.correlation_id };
    return { job: view, event_ids: [await this.outbox.add(tx, event, cause)] };
  }
}
