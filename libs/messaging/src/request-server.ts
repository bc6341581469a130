import { Logger } from '@nestjs/common';
import { DomainError, refusal, type RefusalDocument, type RequestDefinition, type Service } from '@imago/contracts';
import { verifyContext } from '@imago/identity';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { Channel, ConsumeMessage } from 'amqplib';
import { lastValueFrom } from 'rxjs';
import type { z } from 'zod';
import { recordFailure } from '@imago/tracing';
import { closeQuietly, type AmqpConnections } from './connections.ts';
import { applyTopology } from './declare-topology.ts';
import { REQUEST_TRANSPORT, type RequestCall } from './decorators.ts';
import { crashesOf, numberHeader, text, textHeader } from './delivery.ts';
import { describeError } from './failure.ts';
import type { MessagingMetrics } from './metrics.ts';
import { QueueConsumer, type Delivery } from './queue-consumer.ts';
import { asAnswering } from './request-spans.ts';
import { MAX_REPLY_BYTES, REQUEST_HEADER, requestPacket } from './request-wire.ts';
import { requestQueue, serviceTopology } from './topology.ts';

export interface RequestServerParts {
  readonly service: Service;
  readonly connections: AmqpConnections;
  readonly contextKey: string;
  readonly metrics: MessagingMetrics;
}

const PREFETCH = 20;
/** A shutdown waits this long for the handlers under way: shorter than a process is given to end. */
const DRAIN_MS = 7_000;
/** A request whose handler ended the process this often is answered instead of being tried again. */
const CRASHES = 2;

/**
 * Nest's transport for requests, on `<service>.requests`. It speaks the packets of Nest's own RabbitMQ transport but
 * keeps its consumer across broker cancels, checks signature, deadline and schemas before the handler runs, and
 * acknowledges after the answer, so that a crash in between is another try and not a lost request.
 */
export class RequestServer extends Server implements CustomTransportStrategy {
  override readonly transportId = REQUEST_TRANSPORT;
  private readonly log = new Logger('RequestServer');
  private readonly consumer: QueueConsumer;
  private readonly replies: ReplyChannel;

  constructor(private readonly parts: RequestServerParts) {
    super();
    const { service, connections, metrics } = parts;
    const queue = requestQueue(service);
    this.replies = new ReplyChannel(connections);
    this.consumer = new QueueConsumer(connections, {
      queue,
      prefetch: PREFETCH,
      prepare: (channel) => applyTopology(channel, serviceTopology(service, [])),
      deliver: (delivery) => this.deliver(delivery),
      changed: (active) => {
        metrics.consumerActive.set({ service, queue }, active ? 1 : 0);
      },
    });
  }

  listen(callback: (error?: unknown) => void): void {
    this.consumer.start();
    callback();
  }

  /** Takes no more requests and waits for the answers under way. */
  async close(): Promise<void> {
    await this.consumer.stop(DRAIN_MS);
    await this.replies.close();
  }

  /** For readiness. */
  consumersActive(): boolean {
    return this.consumer.active;
  }

  override on(): never {
    throw new Error('the request server has no events of its own');
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature
  override unwrap<T>(): T {
    return this.parts.connections as T;
  }

  private async deliver({ message, acknowledge }: Delivery): Promise<void> {
    const packet = readPacket(message);
    const pattern = packet?.pattern ?? 'unreadable';
    const end = this.parts.metrics.requestSeconds.startTimer({ service: this.parts.service, pattern });
    const answered = await asAnswering({ message, pattern, data: packet?.data }, async (span): Promise<Answer> => {
      try {
        return { response: await this.answer(message, packet) };
      } catch (error) {
        recordFailure(span, error);
        return { err: this.refusalOf(error, pattern) };
      }
    });
    try {
      await this.reply(message, packet?.id, answered);
    } catch (error) {
      this.log.warn(`the answer of ${pattern} was not sent: ${describeError(error)}`);
    }
    end({ outcome: 'err' in answered ? answered.err.code : 'ok' });
    acknowledge();
  }

  /** Everything that can be wrong with a request is a refusal, found before its handler runs. */
  private async answer(message: ConsumeMessage, packet: z.output<typeof requestPacket> | null): Promise<unknown> {
    if (packet === null) throw refusal('request.invalid', 'The request is not readable.');
    const handler = this.messageHandlers.get(packet.pattern) as MessageHandler<unknown, RequestCall> | undefined;
    const definition = handler?.extras?.['definition'] as RequestDefinition | undefined;
    if (handler === undefined || definition === undefined) {
      throw refusal('request.not_found', `${this.parts.service} has no ${packet.pattern}.`);
    }
    const call = this.callOf(message);
    if (call.deadline.getTime() <= Date.now())
      throw refusal('request.timeout', 'Nobody waits for this answer any more.');
    if (crashesOf(message) >= CRASHES) throw new Error(`${packet.pattern} ended the process that handled it`);
    const data = definition.request.safeParse(packet.data);
    if (!data.success) throw refusal('request.invalid', 'The request has invalid fields.', faults(data.error));
    const result: unknown = await lastValueFrom(this.transformToObservable(handler(data.data, call)));
    return definition.response.parse(result);
  }

  private callOf(message: ConsumeMessage): RequestCall {
    const signed = textHeader(message, REQUEST_HEADER.context);
    if (signed === undefined) throw refusal('context.invalid', 'The request carries no signed context.');
    const context = verifyContext(signed, this.parts.contextKey);
    return {
      context,
      deadline: new Date(numberHeader(message, REQUEST_HEADER.deadline)),
      cause: { correlation_id: context.correlation_id, causation_id: context.request_id, actor: context.user_id },
    };
  }

  private refusalOf(error: unknown, pattern: string): RefusalDocument {
    if (error instanceof DomainError) return error.toDocument();
    this.log.error(`${pattern} failed: ${describeError(error)}`, error instanceof Error ? error.stack : undefined);
    return refusal('internal', 'The service failed to answer.').toDocument();
  }

  private async reply(message: ConsumeMessage, id: string | undefined, answered: Answer): Promise<void> {
    const replyTo = text(message.properties.replyTo);
    if (replyTo === undefined) return; // nobody wants to know
    let body = Buffer.from(JSON.stringify({ id, ...answered, isDisposed: true }));
    if (body.length > MAX_REPLY_BYTES) {
      this.log.error(`an answer of ${body.length} bytes is larger than ${MAX_REPLY_BYTES}`);
      const err = refusal('internal', 'The answer is too large.').toDocument();
      body = Buffer.from(JSON.stringify({ id, err, isDisposed: true }));
    }
    await this.replies.send(replyTo, body, text(message.properties.correlationId) ?? '');
  }
}

type Answer = { readonly response: unknown } | { readonly err: RefusalDocument };

/** Answers go out on the publishing connection; one whose asker is gone is dropped by the broker. */
class ReplyChannel {
  private opening: Promise<Channel> | null = null;

  constructor(private readonly connections: AmqpConnections) {}

  async send(replyTo: string, body: Buffer, correlationId: string): Promise<void> {
    this.opening ??= this.open();
    const channel = await this.opening;
    channel.publish('', replyTo, body, { correlationId, contentType: 'application/json' });
  }

  async close(): Promise<void> {
    const channel = await this.opening?.catch(() => undefined);
    if (channel !== undefined) await closeQuietly(channel); // waits until what was written is out
  }

  private async open(): Promise<Channel> {
    try {
      const channel = await this.connections.channel('publishing');
      channel.on('close', () => (this.opening = null));
      return channel;
    } catch (error) {
      this.opening = null;
      throw error;
    }
  }
}

function readPacket(message: ConsumeMessage): z.output<typeof requestPacket> | null {
  try {
    return requestPacket.parse(JSON.parse(message.content.toString('utf8')));
  } catch {
    return null;
  }
}

/** The paths and what is wrong with each, never a value. */
function faults(error: z.ZodError): Record<string, unknown> {
  return {
    faults: error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.map(String).join('.'), message })),
  };
}
