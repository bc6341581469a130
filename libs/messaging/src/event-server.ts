import { Logger } from '@nestjs/common';
import type { EventEnvelope, Service } from '@imago/contracts';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { DataSource } from 'typeorm';
import type { AmqpConnections } from './connections.ts';
import { applyTopology } from './declare-topology.ts';
import { EVENT_TRANSPORT, EVERY_EVENT, type EventContext } from './decorators.ts';
import { EventConsumption, type ConsumptionOptions } from './event-consumption.ts';
import type { ConfirmedPublisher } from './confirmed-publisher.ts';
import type { DecodedEvent } from './delivery.ts';
import { once } from './inbox.ts';
import type { MessagingMetrics } from './metrics.ts';
import { QueueConsumer } from './queue-consumer.ts';
import { serviceTopology, suspectQueue, workQueues, type Subscriptions } from './topology.ts';

export interface EventServerParts {
  readonly service: Service;
  readonly dataSource: DataSource;
  readonly connections: AmqpConnections;
  readonly publisher: ConfirmedPublisher;
  readonly metrics: MessagingMetrics;
  readonly subscriptions: Subscriptions;
  readonly consumption: ConsumptionOptions;
}

const PREFETCH = 20;
/** A shutdown waits this long for the handlers under way: shorter than a process is given to end. */
const DRAIN_MS = 7_000;

/**
 * Nest's transport for events. Nest finds the handlers, builds and injects them; this owns everything that decides
 * whether an event is lost or applied twice: acknowledgement, inbox, order, retries and parking.
 */
export class EventServer extends Server implements CustomTransportStrategy {
  override readonly transportId = EVENT_TRANSPORT;
  override readonly propagatesEventHandlerErrors = true;
  private readonly log = new Logger('EventServer');
  private readonly consumption: EventConsumption;
  private consumers: readonly QueueConsumer[] = [];

  constructor(private readonly parts: EventServerParts) {
    super();
    this.consumption = new EventConsumption(parts, {
      anything: parts.subscriptions[parts.service] === 'every',
      handles: (key) => this.handlerOf(key) !== undefined,
      apply: (event, attempt) => this.apply(event, attempt),
    });
  }

  /** Starts consuming. Fails when a subscription of the contracts has no handler, or a handler no subscription. */
  listen(callback: (error?: unknown) => void): void {
    try {
      this.checkHandlers();
      const queues = workQueues(this.parts.service, this.parts.subscriptions[this.parts.service]);
      if (queues.length > 0) {
        const suspects = suspectQueue(this.parts.service);
        this.consumers = [...queues.map((queue) => this.consumer(queue, PREFETCH)), this.consumer(suspects, 1)];
      }
      for (const consumer of this.consumers) consumer.start();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes no more events and waits for those under way. */
  async close(): Promise<void> {
    this.consumption.stop();
    await Promise.all(this.consumers.map((consumer) => consumer.stop(DRAIN_MS)));
  }

  /** For readiness: every queue of this service has its consumer. */
  consumersActive(): boolean {
    return this.consumers.every((consumer) => consumer.active);
  }

  override on(): never {
    throw new Error('the event server has no events of its own');
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature
  override unwrap<T>(): T {
    return this.parts.connections as T;
  }

  override addHandler(pattern: string, callback: MessageHandler, isEventHandler = false): void {
    if (this.messageHandlers.has(pattern)) throw new Error(`${pattern} has two handlers in ${this.parts.service}`);
    super.addHandler(pattern, callback, isEventHandler);
  }

  private consumer(queue: string, prefetch: number): QueueConsumer {
    const { service, subscriptions, connections, metrics } = this.parts;
    return new QueueConsumer(connections, {
      queue,
      prefetch,
      prepare: (channel) => applyTopology(channel, serviceTopology(service, subscriptions[service])),
      deliver: (delivery) => this.consumption.deliver(delivery),
      changed: (active) => {
        metrics.consumerActive.set({ service, queue }, active ? 1 : 0);
      },
    });
  }

  private apply({ key, envelope, body }: DecodedEvent, attempt: number): Promise<boolean> {
    const handler = this.handlerOf(key);
    if (handler === undefined) throw new Error(`no handler for ${key}`);
    return once(this.parts.dataSource, this.parts.service, envelope.id, async (tx) => {
      const { correlationid, id, traceparent, actor } = envelope;
      const cause = { correlation_id: correlationid, causation_id: id, traceparent, actor };
      const context: EventContext = { tx, cause, body, attempt };
      await lastValueFrom(this.transformToObservable(handler(envelope, context)), { defaultValue: undefined });
    });
  }

  private handlerOf(key: string): MessageHandler<EventEnvelope, EventContext> | undefined {
    return this.messageHandlers.get(key) ?? this.messageHandlers.get(EVERY_EVENT);
  }

  private checkHandlers(): void {
    const subscribed = this.parts.subscriptions[this.parts.service];
    const expected = new Set<string>(subscribed === 'every' ? [EVERY_EVENT] : subscribed.map((one) => one.routingKey));
    const missing = [...expected].filter((key) => !this.messageHandlers.has(key));
    const surplus = [...this.messageHandlers.keys()].filter((key) => !expected.has(key));
    if (missing.length > 0)
      throw new Error(`${this.parts.service} subscribes without a handler: ${missing.join(', ')}`);
    if (surplus.length > 0) throw new Error(`${this.parts.service} handles without subscribing: ${surplus.join(', ')}`);
    this.log.log(`handles ${[...expected].join(', ') || 'no events'}`);
  }
}
