import type { EventEnvelope } from '@imago/contracts';
import { type EventContext, OnEvery } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { BoardRepository } from './board/board.repository.ts';
import { jobIn } from './board/job-in.ts';
import { logEntryOf } from './log/log-entry.ts';
import { LogRepository } from './log/log.repository.ts';
import { DeliveryQueue } from './webhooks/delivery-queue.ts';
import { DeliveryWorker } from './webhooks/delivery-worker.ts';

/** Everything that happens comes in here. What board, log and webhooks make of it commits together, once. */
@Controller()
export class EventsController {
  constructor(
    private readonly log: LogRepository,
    private readonly board: BoardRepository,
    private readonly queue: DeliveryQueue,
    private readonly worker: DeliveryWorker,
  ) {}

  /**
   * The log comes late: whoever appends holds up everybody else who does, until the commit. Only what goes to webhooks
   * comes after it, so that it is in the order of the log.
   */
  @OnEvery()
  async record(@Payload() event: EventEnvelope, @Ctx() { tx, body }: EventContext): Promise<void> {
    const job = jobIn(event);
    if (job !== null) await this.board.show(tx, job);
    const entry = logEntryOf(event);
    const wanted = await this.queue.wantedBy(tx, entry);
    const isNew = await this.log.append(tx, entry, body);
    if (!isNew || wanted.length === 0) return;
    await this.queue.add(tx, wanted, entry);
    this.worker.expect();
  }
}
