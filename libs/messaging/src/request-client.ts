import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { refusal, refusalDocument, refusalFrom, type RequestDefinition, type Service } from '@imago/contracts';
import { signContext, type RequestContext } from '@imago/identity';
import type { Channel, Message } from 'amqplib';
import { z } from 'zod';
import { closeQuietly, type AmqpConnections } from './connections.ts';
import { describeError } from './failure.ts';
import { asAsking } from './request-spans.ts';
import { REQUEST_HEADER } from './request-wire.ts';
import { requestQueue } from './topology.ts';

export interface SendOptions {
  /** On whose behalf; the asked service decides by it. */
  readonly context: RequestContext;
  /** How long to wait for the answer in all; 10 s when absent. */
  readonly timeout_ms?: number;
}

const TIMEOUT_MS = 10_000;
/** RabbitMQ answers on this pseudo queue straight to the channel that asked: no reply queues to leak. */
const DIRECT_REPLY = 'amq.rabbitmq.reply-to';

const answer = z.union([
  z.object({ err: refusalDocument }),
  z.object({ response: z.unknown().refine((value) => value !== undefined) }),
]);

interface Pending {
  readonly definition: RequestDefinition;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly deadline: number;
  readonly settle: (outcome: { response: unknown } | { error: Error }) => void;
}

/**
 * Asks one service and waits. A caller always hears something: the answer, the refusal, or that nobody answered in
 * time. When the connection breaks, what is still open is asked again on the next one: queries change nothing, and
 * commands are idempotent by their key.
 */
export class RequestClient {
  private readonly logger = new Logger('RequestClient');
  private readonly pending = new Map<string, Pending>();
  private opening: Promise<Channel> | null = null;
  private closed = false;

  constructor(
    private readonly connections: AmqpConnections,
    private readonly service: Service,
    private readonly contextKey: string,
  ) {}

  /** Sends a request. Rejects with a Refusal: the one answered, `request.timeout`, or `service.unavailable`. */
  send<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    options: SendOptions,
  ): Promise<R['response']['_output']> {
    return asAsking({ definition, data, context: options.context }, (traced) =>
      this.ask(definition, data, options, traced),
    );
  }

  private async ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    options: SendOptions,
    traced: Readonly<Record<string, string>>,
  ): Promise<R['response']['_output']> {
    if (this.closed) throw refusal('service.unavailable', `${this.service} is stopping.`);
    const timeoutMs = options.timeout_ms ?? TIMEOUT_MS;
    const deadline = Date.now() + timeoutMs;
    const id = randomUUID();
    const packet = { id, pattern: definition.pattern, data: definition.request.parse(data) };
    return new Promise<R['response']['_output']>((resolve, reject) => {
      const timer = setTimeout(() => {
        settle({ error: refusal('request.timeout', `${definition.pattern} was not answered in ${timeoutMs} ms.`) });
      }, timeoutMs);
      const settle: Pending['settle'] = (outcome) => {
        clearTimeout(timer);
        if (!this.pending.delete(id)) return;
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.response);
      };
      const headers = {
        [REQUEST_HEADER.context]: signContext(options.context, this.contextKey, Math.ceil(timeoutMs / 1000) + 30),
        [REQUEST_HEADER.deadline]: deadline,
        ...traced,
      };
      this.pending.set(id, { definition, body: Buffer.from(JSON.stringify(packet)), headers, deadline, settle });
      this.transmit(id);
    });
  }

  /** True while the broker can be reached. */
  connected(): boolean {
    return !this.closed && this.connections.connected('publishing');
  }

  /** Refuses what is still open. */
  async close(): Promise<void> {
    this.closed = true;
    for (const request of [...this.pending.values()]) {
      request.settle({ error: refusal('service.unavailable', `${this.service} is stopping.`) });
    }
    const channel = await this.opening?.catch(() => undefined);
    if (channel !== undefined) await closeQuietly(channel);
  }

  private transmit(id: string): void {
    this.channel().then(
      (channel) => {
        this.publish(id, channel);
      },
      () => {
        if (!this.closed && this.pending.has(id))
          setTimeout(() => {
            this.transmit(id);
          }, 500).unref();
      },
    );
  }

  private publish(id: string, channel: Channel): void {
    const request = this.pending.get(id);
    if (request === undefined) return;
    const left = request.deadline - Date.now();
    if (left <= 0) return; // its timer is about to say so
    try {
      channel.publish('', requestQueue(request.definition.service), request.body, {
        mandatory: true,
        contentType: 'application/json',
        messageId: id,
        correlationId: id,
        replyTo: DIRECT_REPLY,
        expiration: String(left),
        headers: request.headers,
      });
    } catch {
      // the channel closed meanwhile; 'close' sends everything open again
    }
  }

  private channel(): Promise<Channel> {
    this.opening ??= this.open();
    return this.opening;
  }

  private async open(): Promise<Channel> {
    try {
      const channel = await this.connections.channel('publishing');
      channel.on('close', () => {
        this.opening = null;
        if (this.closed) return;
        for (const id of this.pending.keys()) this.transmit(id);
      });
      channel.on('return', (message: Message) => {
        const request = this.pending.get(String(message.properties.messageId));
        const error = refusal(
          'service.unavailable',
          `${request?.definition.service ?? 'The service'} is not deployed.`,
        );
        request?.settle({ error });
      });
      await channel.consume(
        DIRECT_REPLY,
        (message) => {
          if (message !== null) this.receive(message);
        },
        { noAck: true }, // the broker demands it here
      );
      return channel;
    } catch (error) {
      this.opening = null;
      throw error;
    }
  }

  private receive(message: Message): void {
    const request = this.pending.get(String(message.properties.correlationId));
    if (request === undefined) return; // answered too late, or twice after a reconnect
    try {
      const reply = answer.parse(JSON.parse(message.content.toString('utf8')));
      if ('err' in reply) request.settle({ error: refusalFrom(reply.err) });
      else request.settle({ response: request.definition.response.parse(reply.response) });
    } catch (error) {
      this.logger.error(`${request.definition.pattern} was answered unreadably: ${describeError(error)}`);
      request.settle({ error: refusal('internal', `${request.definition.service} answered unreadably.`) });
    }
  }
}
