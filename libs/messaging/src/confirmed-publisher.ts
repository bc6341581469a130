import type { ConfirmChannel, Message, Options } from 'amqplib';
import type { AmqpConnections } from './connections.ts';

/**
 * What became of a publish. `confirmed`: the broker has it, safely, in at least one queue. `returned`: no queue takes
 * it. `refused`: a queue is full. `unanswered` and `lost` (the connection broke): it may or may not have arrived.
 */
export type PublishOutcome = 'confirmed' | 'returned' | 'refused' | 'unanswered' | 'lost';

export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  /** `messageId` is how a returned message is recognised: unique among those under way. */
  readonly properties: Options.Publish & { readonly messageId: string };
}

const CONFIRM_MS = 5_000;

/** Publishes with `mandatory` and publisher confirms; many at a time. Never buffers and never repeats by itself. */
export class ConfirmedPublisher {
  private opening: Promise<ConfirmChannel> | null = null;
  private readonly returned = new Set<string>();

  constructor(private readonly connections: AmqpConnections) {}

  /** Publishes one message and says what became of it; never rejects. */
  async publish(message: OutgoingMessage): Promise<PublishOutcome> {
    let channel: ConfirmChannel;
    try {
      channel = await this.channel();
    } catch {
      return 'lost';
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.discard(channel);
        resolve('unanswered');
      }, CONFIRM_MS);
      const settle = (outcome: PublishOutcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const { exchange, routingKey, body, properties } = message;
      try {
        // The broker sends the return before the confirm of the same message.
        channel.publish(exchange, routingKey, body, { ...properties, mandatory: true }, (error: unknown) => {
          if (this.returned.delete(properties.messageId)) settle('returned');
          else if (error === null || error === undefined) settle('confirmed');
          else settle(isRefusal(error) ? 'refused' : 'lost');
        });
      } catch {
        settle('lost'); // the channel closed before we noticed
      }
    });
  }

  /** Closes the channel; whoever waits for a confirm hears `lost`. */
  async close(): Promise<void> {
    const opening = this.opening;
    this.opening = null;
    const channel = await opening?.catch(() => undefined);
    await channel?.close().catch(() => undefined);
  }

  private channel(): Promise<ConfirmChannel> {
    this.opening ??= this.open();
    return this.opening;
  }

  private async open(): Promise<ConfirmChannel> {
    try {
      const channel = await this.connections.confirmChannel();
      channel.on('return', (message: Message) => {
        this.returned.add(String(message.properties.messageId));
      });
      channel.on('close', () => {
        this.opening = null;
        this.returned.clear();
      });
      return channel;
    } catch (error) {
      this.opening = null;
      throw error;
    }
  }

  /** A channel that stopped answering is given up, so that late confirms cannot be mistaken for others'. */
  private discard(channel: ConfirmChannel): void {
    this.opening = null;
    channel.close().catch(() => undefined);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.message === 'message nacked';
}
