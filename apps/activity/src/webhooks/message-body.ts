import { type EventEnvelope, eventEnvelope } from '@imago/contracts';
import { eventShownTo } from '@imago/identity';

/** A test's name, where an event has its type. */
export const PING = 'WebhookPing';

/** CloudEvents in structured mode. */
export const MESSAGE_TYPE = 'application/cloudevents+json; charset=utf-8';

/** An event as a project is told it: what its event stream would say, and no more. */
export function eventBody(envelope: string, projectId: string): string {
  const event = eventEnvelope.parse(JSON.parse(envelope)) as EventEnvelope;
  return JSON.stringify(eventShownTo(event, { project_id: projectId, roles: [] }));
}

/** What a test says. */
export function pingBody(ping: {
  readonly id: string;
  readonly webhook_id: string;
  readonly project_id: string;
  readonly region: string;
  readonly created_at: Date;
}): string {
  return JSON.stringify({
    specversion: '1.0',
    id: ping.id,
    source: '/imago/activity',
    type: PING,
    time: ping.created_at.toISOString(),
    subject: ping.webhook_id,
    datacontenttype: 'application/json',
    dataversion: 1,
    projectid: ping.project_id,
    region: ping.region,
    data: { webhook_id: ping.webhook_id },
  });
}
