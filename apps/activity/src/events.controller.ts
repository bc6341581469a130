import type { EventEnvelope } from '@imago/contracts';
import { type EventContext, OnEvery } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { BoardRepository } from './board/board.repository.ts';
import { jobIn } from './board/job-in.ts';
import { logEntryOf } from './log/log-entry.ts';
import { LogRepository } from './log/log.repository.ts';

/** Everything that happens comes in here. What the board and the log make of it commits together, once. */
@Controller()
export class EventsController {
  constructor(
    private readonly log: LogRepository,
    private readonly board: BoardRepository,
  ) {}

  /** The log comes last: whoever appends holds up everybody else who does, until the commit. */
  @OnEvery()
  async record(@Payload() event: EventEnvelope, @Ctx() { tx, body }: EventContext): Promise<void> {
    const job = jobIn(event);
    if (job !== null) await this.board.show(tx, job);
    await this.log.append(tx, logEntryOf(event), body);
  }
}
