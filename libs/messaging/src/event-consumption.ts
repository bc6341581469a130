import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { EventEnvelope, Service } from '@imago/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { ConfirmedPublisher, PublishOutcome } from './confirmed-publisher.ts';
import {
  cleanHeaders,
  crashesOf,
  decode,
  type DecodedEvent,
  HEADER,
  keptProperties,
  numberHeader,
  textHeader,
} from './delivery.ts';
import { asHandling, type HandlingSpan } from './event-spans.ts';
import { classify, describeError } from './failure.ts';
import { Lanes } from './lanes.ts';
import type { MessagingMetrics } from './metrics.ts';
import type { Delivery } from './queue-consumer.ts';
import { parkedQueue, retryQueue, suspectQueue, type RetryStep } from './topology.ts';

export interface ConsumptionOptions {
  /** Milliseconds before each quick try, while the message is held. */
  readonly quickTries: readonly number[];
  /** The delays after those. */
  readonly ladder: readonly RetryStep[];
  /** Handlers at work at the same time; fewer than the database connections of the process. */
  readonly concurrency: number;
}

export interface ConsumptionParts {
  readonly service: Service;
  readonly publisher: ConfirmedPublisher;
  readonly metrics: MessagingMetrics;
  readonly consumption: ConsumptionOptions;
}

/** What is done with a readable event; `apply` answers false when it had been applied before. */
export interface Application {
  readonly anything: boolean;
  readonly handles: (key: string) => boolean;
  readonly apply: (event: DecodedEvent, attempt: number) => Promise<boolean>;
}

/** Why a message is parked. */
export type ParkReason = 'invalid' | 'unknown_type' | 'refused' | 'exhausted' | 'crash';

/** Deliveries without an answer after which a message is isolated, and in isolation parked. */
const CRASHES = 2;
/** Milliseconds between tries to get a message off our hands while the broker does not take it. */
const HANDOVER_PAUSE_MS = 1_000;

/** Decides the fate of each delivery. Every path ends in one acknowledgement, after what it stands for is safe. */
export class EventConsumption {
  private readonly logger = new Logger('Events');
  private readonly lanes: Lanes;
  private stopped = false;

  constructor(
    private readonly parts: ConsumptionParts,
    private readonly application: Application,
  ) {
    this.lanes = new Lanes(parts.consumption.concurrency);
  }

  /** Takes one delivery to its end; never rejects. */
  async deliver(delivery: Delivery): Promise<void> {
    try {
      if (await this.settle(delivery)) delivery.acknowledge();
    } catch (error) {
      this.logger.error(`a message of ${delivery.queue} stays unanswered: ${describeError(error)}`);
    }
  }

  /** Ends the waiting for a broker that does not take messages; what is not settled is delivered again. */
  stop(): void {
    this.stopped = true;
  }

  /** True when the message may be acknowledged. */
  private async settle(delivery: Delivery): Promise<boolean> {
    const { queue, message } = delivery;
    if (crashesOf(message) >= CRASHES) {
      const suspects = suspectQueue(this.parts.service);
      if (queue === suspects) return this.park(delivery, 'crash', 'the consumer ended while it handled this message');
      this.logger.warn(`a message of ${queue} was delivered ${crashesOf(message)} times in vain: it goes on alone`);
      return this.handOver(delivery, '', suspects, { [HEADER.attempt]: numberHeader(message, HEADER.attempt) });
    }
    const decoded = decode(message.content, this.application.anything);
    if (decoded.status === 'invalid') return this.park(delivery, decoded.reason, decoded.error);
    const { key, envelope } = decoded;
    if (!this.application.handles(key)) return this.park(delivery, 'unknown_type', `no handler for ${key}`);
    return this.lanes.run(envelope.subject, () =>
      asHandling(delivery, decoded, (span) => this.apply(delivery, decoded, span)),
    );
  }

  private async apply(delivery: Delivery, event: DecodedEvent, span: HandlingSpan): Promise<boolean> {
    const { metrics, service, consumption } = this.parts;
    const attempt = numberHeader(delivery.message, HEADER.attempt);
    for (let quick = 0; ; quick++) {
      const measured = metrics.handlerSeconds.startTimer({ service, type: event.key });
      try {
        const applied = await this.application.apply(event, attempt);
        if (!applied) metrics.duplicates.inc({ service });
        span.ended(applied ? 'applied' : 'duplicate');
        return true;
      } catch (error) {
        const failure = classify(error);
        if (failure === 'permanent') {
          span.ended('parked', error);
          return await this.park(delivery, 'refused', describeError(error));
        }
        const delay = consumption.quickTries[quick];
        if (delay === undefined || this.stopped) {
          span.ended('put_off', error);
          return await this.putOff(delivery, event.envelope, error);
        }
        span.failedTry(error);
        await pause(delay * (1 + Math.random() * 0.2));
      } finally {
        measured();
      }
    }
  }

  /** The next delay, or the end. An unreachable database uses up no tries: it says nothing about the message. */
  private putOff(delivery: Delivery, envelope: EventEnvelope, error: unknown): Promise<boolean> {
    const attempt = numberHeader(delivery.message, HEADER.attempt);
    const step = this.parts.consumption.ladder[attempt];
    const why = describeError(error);
    if (step === undefined) return this.park(delivery, 'exhausted', why);
    this.logger.warn(`${envelope.type} ${envelope.id} is tried again in ${step.name}: ${why}`);
    this.parts.metrics.retries.inc({ service: this.parts.service, step: step.name });
    const next = classify(error) === 'unreachable' ? attempt : attempt + 1;
    return this.handOver(delivery, retryQueue(step), delivery.queue, { [HEADER.attempt]: next });
  }

  private async park(delivery: Delivery, reason: ParkReason, error: string): Promise<boolean> {
    const attempts = numberHeader(delivery.message, HEADER.attempt);
    const parked = await this.handOver(delivery, '', parkedQueue(this.parts.service), {
      [HEADER.attempt]: attempts,
      [HEADER.reason]: reason,
      [HEADER.error]: error.slice(0, 1000),
      [HEADER.parkedAt]: new Date().toISOString(),
    });
    if (parked) {
      this.parts.metrics.parked.inc({ service: this.parts.service, reason });
      this.logger.error(`parked a message of ${delivery.queue} (${reason}): ${error}`);
    }
    return parked;
  }

  /** Publishes the message elsewhere, confirmed. Tries until it is taken or its channel is gone. */
  private async handOver(
    delivery: Delivery,
    exchange: string,
    routingKey: string,
    headers: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const { message } = delivery;
    const properties = keptProperties(message);
    for (;;) {
      const outcome: PublishOutcome = await this.parts.publisher.publish({
        exchange,
        routingKey,
        body: message.content,
        properties: {
          ...properties,
          messageId: properties.messageId ?? uuidv7(),
          persistent: true,
          headers: { ...cleanHeaders(message), [HEADER.queue]: this.originOf(delivery), ...headers },
        },
      });
      if (outcome === 'confirmed') return true;
      if (!delivery.open() || this.stopped) return false;
      this.logger.warn(`${routingKey} does not take a message of ${delivery.queue} (${outcome})`);
      await pause(HANDOVER_PAUSE_MS);
    }
  }

  /** The queue a message first failed on; in the suspect lane that is another one than it comes from now. */
  private originOf({ queue, message }: Delivery): string {
    return textHeader(message, HEADER.queue) ?? queue;
  }
}
