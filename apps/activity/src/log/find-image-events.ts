import {
  type EventEnvelope,
  eventEnvelope,
  type ListImageEvents,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { decide, requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ANSWER_BYTES } from '../answer-bytes.ts';
import { couldBeCursor, type ImageView, LogRepository } from './log.repository.ts';

/** The history of an image, for whoever may see it. */
@Injectable()
export class FindImageEvents {
  constructor(
    private readonly db: DataSource,
    private readonly log: LogRepository,
  ) {}

  /**
   * Its events in the order of the log, those of one thing from one service always in the order of their sequence. An
   * image is known by what was told of it; one whose events are all told to others is not found.
   * @throws Refusal image.not_found, auth.forbidden, request.invalid for a place the log does not have
   */
  async execute(
    { image_id, region, limit, after }: RequestOf<typeof ListImageEvents>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListImageEvents>> {
    const { roles, project_id } = context;
    const viewer = decide('image.events', { roles, relation: 'none' }) === 'allow' ? null : project_id;
    const view = { image_id, region, viewer };
    const isKnown = await this.log.knowsImage(this.db.manager, view);
    requireAllowed('image.events', context, isKnown ? 'owner' : 'none');
    if (!isKnown) throw refusal('image.not_found', `There is no such image in ${region}.`);
    if (after !== null) await this.#requirePlace(view, after);
    const { events, more } = await this.log.history(this.db.manager, { ...view, limit, after, bytes: ANSWER_BYTES });
    return {
      events: events.map(({ envelope }) => eventEnvelope.parse(JSON.parse(envelope)) as EventEnvelope),
      next: more ? (events.at(-1)?.cursor ?? null) : null,
    };
  }

  async #requirePlace(view: ImageView, after: string): Promise<void> {
    if (couldBeCursor(after) && (await this.log.hasPlace(this.db.manager, view, after))) return;
    const errors = [{ path: 'marker', message: 'must be the cursor an earlier page ended with' }];
    throw refusal('request.invalid', 'There is no such place in the events of this image.', { errors });
  }
}
