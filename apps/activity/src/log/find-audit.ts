import {
  type EventEnvelope,
  eventEnvelope,
  type ListAudit,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { decide, requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ANSWER_BYTES } from '../answer-bytes.ts';
import { couldBeCursor, LogRepository } from './log.repository.ts';

/** Who did what, when: for a project what it is told of, for operators and services everything. */
@Injectable()
export class FindAudit {
  constructor(
    private readonly db: DataSource,
    private readonly log: LogRepository,
  ) {}

  /** @throws Refusal request.not_found, auth.forbidden, request.invalid for a place no log could have */
  async execute(
    { project_id, ...asked }: RequestOf<typeof ListAudit>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListAudit>> {
    const viewer = viewerAsked(project_id, context);
    if (asked.after !== null && !couldBeCursor(asked.after)) {
      const errors = [{ path: 'marker', message: 'must be the cursor an earlier page ended with' }];
      throw refusal('request.invalid', 'There is no such place in the log.', { errors });
    }
    const { events, more } = await this.log.page(this.db.manager, { ...asked, viewer, bytes: ANSWER_BYTES });
    return {
      events: events.map(({ envelope }) => eventEnvelope.parse(JSON.parse(envelope)) as EventEnvelope),
      next: more ? (events.at(-1)?.cursor ?? null) : null,
    };
  }
}

/** Null: everything, which only operators and services see. */
function viewerAsked(asked: string | null, context: RequestContext): string | null {
  if (decide('audit.list', { roles: context.roles, relation: 'none' }) === 'allow') return asked;
  requireAllowed('audit.list', context, asked === null || asked === context.project_id ? 'owner' : 'none');
  return context.project_id;
}
