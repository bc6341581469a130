import { createHash, randomBytes } from 'node:crypto';
import { eventEnvelope, type EventDefinition, type EventEnvelope } from '@imago/contracts';
import type { z } from 'zod';
import type { Cause } from './cause.ts';

/** Larger facts are stored and referred to; queues are not for data. */
export const MAX_ENVELOPE_BYTES = 64 * 1024;

/** An event as a service states it; the rest of the envelope follows from where and why. */
export interface NewEvent<E extends EventDefinition = EventDefinition> {
  readonly event: E;
  /** The id of the image, job, server or project it is about; also the key within which order is kept. */
  readonly subject: string;
  readonly data: z.input<E['data']>;
  readonly project_id: string;
  readonly region: string;
  /** The projects that may see it; the owning project when absent, operators only when empty. */
  readonly audience?: readonly string[];
  /** The version of the aggregate after the change. */
  readonly sequence?: number;
  readonly actor?: string;
}

/** Makes the envelope of an event. Throws when the data break the contract or the whole is larger than 64 KiB. */
export function sealEvent(id: string, time: Date, fact: NewEvent, cause: Cause): string {
  const actor = fact.actor ?? cause.actor;
  const envelope = eventEnvelope.parse({
    specversion: '1.0',
    id,
    source: `/imago/${fact.event.service}`,
    type: fact.event.type,
    time: time.toISOString(),
    subject: fact.subject,
    datacontenttype: 'application/json',
    dataversion: fact.event.version,
    projectid: fact.project_id,
    region: fact.region,
    audience: (fact.audience ?? [fact.project_id]).join(','),
    correlationid: cause.correlation_id,
    ...(cause.causation_id === undefined ? {} : { causationid: cause.causation_id }),
    traceparent: cause.traceparent ?? traceparentOf(cause.correlation_id),
    ...(fact.sequence === undefined ? {} : { sequence: String(fact.sequence).padStart(19, '0') }),
    ...(actor === undefined ? {} : { actor }),
    data: fact.event.data.parse(fact.data),
  });
  const text = JSON.stringify(envelope);
  const size = Buffer.byteLength(text);
  if (size > MAX_ENVELOPE_BYTES) {
    throw new Error(
      `${fact.event.routingKey} has ${size} bytes, more than the ${MAX_ENVELOPE_BYTES} an event may have`,
    );
  }
  return text;
}

/** The routing key an envelope belongs under: `<service>.<EventName>.v<N>`. */
export function routingKeyOf(envelope: EventEnvelope): string {
  return `${envelope.source.slice('/imago/'.length)}.${envelope.type}.v${envelope.dataversion}`;
}

/** One correlation is one trace: a UUID is a valid trace id as it stands, anything else is hashed to one. */
function traceparentOf(correlationId: string): string {
  const digits = correlationId.replaceAll('-', '').toLowerCase();
  const trace = /^[0-9a-f]{32}$/.test(digits) && !/^0+$/.test(digits) ? digits : hashed(correlationId);
  return `00-${trace}-${randomBytes(8).toString('hex')}-01`;
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
