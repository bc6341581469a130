import type { EventEnvelope } from '@imago/contracts';
import {
  activeTraceparent,
  ATTRIBUTE,
  contextOf,
  failureOf,
  isTracing,
  markFailed,
  openSpan,
  recordFailure,
  SpanKind,
  type SpanPlan,
  subjectsOf,
  traced,
} from '@imago/tracing';
import type { PublishOutcome } from './confirmed-publisher.ts';
import { type DecodedEvent, textHeader } from './delivery.ts';
import type { NewEvent } from './envelope.ts';
import type { OutboxRow } from './outbox-rows.ts';
import type { Delivery } from './queue-consumer.ts';
import { EVENTS_EXCHANGE } from './topology.ts';

/** The span of a delivery, told what becomes of it. */
export interface HandlingSpan {
  /** A try is followed by another one at once. */
  failedTry(error: unknown): void;
  ended(outcome: 'applied' | 'duplicate' | 'parked' | 'put_off', error?: unknown): void;
}

/**
 * The `traceparent` an event is stated with: that of the work that states it. What nobody asked for, a sweep for example,
 * begins a trace of its own. Undefined where nobody traces.
 */
export function originOf({ event, project_id }: NewEvent): string | undefined {
  if (!isTracing()) return undefined;
  const active = activeTraceparent();
  if (active !== undefined) return active;
  const { span, within } = openSpan(`create ${event.type}`, () => ({
    kind: SpanKind.PRODUCER,
    attributes: {
      ...messaging('create', 'create', EVENTS_EXCHANGE),
      [ATTRIBUTE.eventType]: event.type,
      ...subjectsOf({ project_id }),
    },
  }));
  span.end();
  return within(activeTraceparent);
}

/** Publishes a row as a span that continues the transaction which wrote it. */
export function asPublishing(row: OutboxRow, publish: () => Promise<PublishOutcome>): Promise<PublishOutcome> {
  if (!isTracing()) return publish();
  const envelope = JSON.parse(row.envelope) as EventEnvelope;
  const plan = (): SpanPlan => ({
    kind: SpanKind.PRODUCER,
    parent: contextOf(envelope.traceparent),
    attributes: {
      ...messaging('publish', 'send', EVENTS_EXCHANGE),
      ...aboutEvent(envelope, row.routing_key),
      [ATTRIBUTE.messagingBodySize]: Buffer.byteLength(row.envelope),
    },
  });
  return traced(`publish ${envelope.type}`, plan, async (span) => {
    const outcome = await publish();
    span.setAttribute(ATTRIBUTE.outcome, outcome);
    if (outcome !== 'confirmed') markFailed(span, outcome);
    return outcome;
  });
}

/**
 * Handles a delivery as a span that continues its publishing. An event that was sent again, without the relay, continues
 * the transaction that wrote it.
 */
export function asHandling<T>(
  { queue, message }: Delivery,
  { key, envelope }: DecodedEvent,
  handle: (span: HandlingSpan) => Promise<T>,
): Promise<T> {
  const plan = (): SpanPlan => ({
    kind: SpanKind.CONSUMER,
    parent: contextOf(textHeader(message, 'traceparent') ?? envelope.traceparent),
    attributes: { ...messaging('handle', 'process', queue), ...aboutEvent(envelope, key) },
  });
  return traced(`handle ${envelope.type}`, plan, (span) =>
    handle({
      failedTry: (error) => {
        span.addEvent('try failed', failureOf(error));
      },
      ended: (outcome, error) => {
        span.setAttribute(ATTRIBUTE.outcome, outcome);
        if (error !== undefined) recordFailure(span, error);
      },
    }),
  );
}

function messaging(operation: string, type: 'create' | 'send' | 'process', destination: string) {
  return {
    [ATTRIBUTE.messagingSystem]: 'rabbitmq',
    [ATTRIBUTE.messagingOperation]: operation,
    [ATTRIBUTE.messagingOperationType]: type,
    [ATTRIBUTE.messagingDestination]: destination,
  };
}

function aboutEvent({ id, type, projectid, data }: EventEnvelope, routingKey: string): SpanPlan['attributes'] {
  return {
    [ATTRIBUTE.messagingMessageId]: id,
    [ATTRIBUTE.messagingRoutingKey]: routingKey,
    [ATTRIBUTE.eventType]: type,
    ...subjectsOf(data),
    ...subjectsOf({ project_id: projectid }),
  };
}
