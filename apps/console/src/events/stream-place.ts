/** A place in the stream of events: right after an event, or a time when there is none yet. */
export interface StreamPlace {
  readonly after: string | null;
  readonly since: string;
}

/** Which events are followed; empty: all of them. */
export interface EventFilter {
  readonly types: readonly string[];
  readonly project: string;
  readonly subject: string;
}

/** The request that goes on from a place. */
export function streamRequest({ after, since }: StreamPlace, { types, project, subject }: EventFilter) {
  const query = new URLSearchParams(types.map((type): [string, string] => ['type', type]));
  if (project !== '') query.set('project_id', project);
  if (subject !== '') query.set('subject', subject);
  if (after === null) query.set('since', since);
  const headers: Record<string, string> = after === null ? {} : { 'last-event-id': after };
  return { path: `/v1/events?${query.toString()}`.replace(/\?$/, ''), headers };
}
