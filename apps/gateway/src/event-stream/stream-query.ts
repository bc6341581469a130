import { type EventEnvelope, instant, projectId, refusal } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import type { StreamStart } from '@imago/messaging';
import type { Request } from 'express';
import { z } from 'zod';

const type = z.string().regex(/^[A-Z][A-Za-z0-9]{0,63}$/);

/** A place in the stream: below 2^53, so that it stays exact on its way to the broker. */
const OFFSET = /^\d{1,15}$/;

/** Which events somebody wants to follow, and from where on. */
export const streamQuery = z.strictObject({
  type: z.union([type.transform((only) => [only]), z.array(type).max(50)]).default([]),
  /** Of an image, job, server, request or project. */
  subject: z.string().min(1).max(255).optional(),
  /** For operators. */
  project_id: projectId.optional(),
  since: instant.optional(),
  last_event_id: z.string().regex(OFFSET).optional(),
});
export type StreamQuery = z.output<typeof streamQuery>;

/**
 * From where on: the header that browsers send when they come back says more than the address they once had.
 * @throws Refusal request.invalid
 */
export function startOf({ since, last_event_id }: StreamQuery, request: Request): StreamStart {
  const after = request.get('last-event-id') ?? last_event_id;
  if (after !== undefined) {
    if (OFFSET.test(after)) return { after };
    const errors = [{ path: 'Last-Event-ID', message: 'must be the id of an event of this stream' }];
    throw refusal('request.invalid', 'The stream has no such place.', { errors });
  }
  return since === undefined ? 'now' : { since: new Date(since) };
}

/** Whether an event is for this caller, and what was asked for. */
export function isWanted(
  event: EventEnvelope,
  { type: types, subject, project_id }: StreamQuery,
  { region, context }: { readonly region: string; readonly context: RequestContext },
): boolean {
  const isSeen = context.roles.includes('admin') || event.audience.split(',').includes(context.project_id);
  return (
    isSeen &&
    event.region === region &&
    (types.length === 0 || types.includes(event.type)) &&
    (subject === undefined || event.subject === subject) &&
    (project_id === undefined || event.projectid === project_id)
  );
}
