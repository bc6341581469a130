import type { RequestContext } from '@imago/identity';
import { type JobRunner, toView } from '@imago/jobs';
import { inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { GiveTask, type TaskOrder } from './give-task.ts';
import { jobRequested } from './job-events.ts';
import { type OrderAnswer, OrderAnswers } from './order-answer.ts';
import type { ServerData, ServerInput, ServerJob } from './server-job.ts';
import { SERVER_RUNNER, ServerJobs } from './server-jobs.ts';

/** Accepts orders that nobody else has to be asked for, in one transaction. */
@Injectable()
export class OrderTask {
  constructor(
    private readonly db: DataSource,
    private readonly giveTask: GiveTask,
    private readonly jobs: ServerJobs,
    private readonly answers: OrderAnswers,
    private readonly outbox: Outbox,
    @Inject(SERVER_RUNNER) private readonly runner: JobRunner<ServerInput, ServerData>,
  ) {}

  /** @throws Refusal as {@link GiveTask.record}; then nothing has changed. */
  async execute(order: TaskOrder, context: RequestContext): Promise<OrderAnswer> {
    const answer = await inTransaction(this.db, async (tx) => {
      const job = await this.giveTask.record(tx, order, context);
      return job.state === 'admitting' ? this.promise(tx, job) : this.answers.of(tx, job);
    });
    this.runner.wake();
    return answer;
  }

  /**
   * Promises a recorded job, with what its admission found out and the host that will do it.
   * @throws Error when it is not being admitted, which the lock of its row must have shown before.
   */
  async promise(tx: EntityManager, job: ServerJob, data?: ServerData, hostId?: string): Promise<OrderAnswer> {
    const queued = await this.jobs.store.admit(tx, job.id, data, hostId);
    if (queued === null) throw new Error(`Job ${job.id} is not being admitted`);
    const event = jobRequested(queued, toView(queued));
    return this.answers.of(tx, queued, [await this.outbox.add(tx, event, { correlation_id: queued.correlation_id })]);
  }
}
