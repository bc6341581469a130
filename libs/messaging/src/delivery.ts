import { eventEnvelope, EVENTS, type EventEnvelope } from '@imago/contracts';
import type { ConsumeMessage, Options } from 'amqplib';
import { z } from 'zod';
import { MAX_ENVELOPE_BYTES, routingKeyOf } from './envelope.ts';

/** Headers of ours on messages that are retried, isolated or parked. */
export const HEADER = {
  /** The queue the message failed on, and where a replay goes. */
  queue: 'imago_queue',
  /** How many delayed tries are behind it. */
  attempt: 'imago_attempt',
  reason: 'imago_reason',
  error: 'imago_error',
  parkedAt: 'imago_parked_at',
} as const;

/** A delivery that is an event. */
export interface DecodedEvent {
  readonly status: 'event';
  readonly key: string;
  /** As the contract knows it. */
  readonly envelope: EventEnvelope;
  /** As it came, also with what the contract does not know. */
  readonly body: string;
}

/** A delivery as an event, or why it is none. */
export type Decoded =
  | DecodedEvent
  | { readonly status: 'invalid'; readonly reason: 'invalid' | 'unknown_type'; readonly error: string };

/** Envelopes with some room for attributes other producers may add. */
const MAX_BODY_BYTES = 2 * MAX_ENVELOPE_BYTES;

const definitions = new Map(EVENTS.map((event) => [event.routingKey as string, event]));

/**
 * Reads a delivery: size, JSON, envelope and, where the contract is known, its data; unknown fields are dropped.
 * `anything` also takes types that no contract of this build knows, for the log of everything.
 */
export function decode(content: Buffer, anything = false): Decoded {
  if (content.length > MAX_BODY_BYTES) return invalid(`the body has ${content.length} bytes`);
  const body = content.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return invalid('the body is not JSON');
  }
  const envelope = eventEnvelope.safeParse(parsed);
  if (!envelope.success) return invalid(`not an event: ${z.prettifyError(envelope.error)}`);
  const key = routingKeyOf(envelope.data);
  const definition = definitions.get(key);
  if (definition === undefined) {
    if (anything) return { status: 'event', key, envelope: envelope.data, body };
    return { status: 'invalid', reason: 'unknown_type', error: `no contract for ${key}` };
  }
  const data = definition.data.safeParse(envelope.data.data);
  if (!data.success) return invalid(`data of ${key}: ${z.prettifyError(data.error)}`);
  return { status: 'event', key, envelope: { ...envelope.data, data: data.data }, body };
}

function invalid(error: string): Decoded {
  return { status: 'invalid', reason: 'invalid', error };
}

/** How often the queue has delivered this message before, to a consumer that did not answer. */
export function crashesOf(message: ConsumeMessage): number {
  return numberHeader(message, 'x-delivery-count');
}

export function numberHeader(message: ConsumeMessage, name: string): number {
  const value: unknown = message.properties.headers?.[name];
  return typeof value === 'number' ? value : 0;
}

export function textHeader(message: Pick<ConsumeMessage, 'properties'>, name: string): string | undefined {
  return text(message.properties.headers?.[name]);
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The properties a message keeps wherever it goes. */
export function keptProperties({ properties }: Pick<ConsumeMessage, 'properties'>): Options.Publish {
  const timestamp: unknown = properties.timestamp;
  return {
    messageId: text(properties.messageId),
    type: text(properties.type),
    appId: text(properties.appId),
    contentType: text(properties.contentType),
    timestamp: typeof timestamp === 'number' ? timestamp : undefined,
  };
}

/**
 * The headers to send on: without what the broker and we added, so that old deaths do not count against a new try, and
 * only plain values, so that no stranger's header can keep a message from being parked.
 */
export function cleanHeaders(message: Pick<ConsumeMessage, 'properties'>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message.properties.headers ?? {})) {
    const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (plain && !name.startsWith('x-') && !name.startsWith('imago_')) kept[name] = value;
  }
  return kept;
}
