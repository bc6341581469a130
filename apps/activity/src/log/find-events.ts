import { type EventEnvelope, eventEnvelope, type ListEvents, type RequestOf, type ResponseOf } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ANSWER_BYTES } from '../answer-bytes.ts';
import { LogRepository } from './log.repository.ts';

/** Everything that happened, for operators. */
@Injectable()
export class FindEvents {
  constructor(
    private readonly db: DataSource,
    private readonly log: LogRepository,
  ) {}

  /** @throws Refusal auth.forbidden */
  async execute(
    { region, types, limit, after }: RequestOf<typeof ListEvents>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListEvents>> {
    requireAllowed('audit.list', context, 'operator');
    const query = { region, types, limit, after, bytes: ANSWER_BYTES };
    const { events, more } = await this.log.page(this.db.manager, query);
    return {
      events: events.map(({ envelope }) => eventEnvelope.parse(JSON.parse(envelope)) as EventEnvelope),
      next: more ? (events.at(-1)?.cursor ?? null) : null,
    };
  }
}
