import type { ConfirmChannel, Message, Options } from 'amqplib';
import { closeQuietly, type AmqpConnections } from './connections.ts';

/**
 * What became of a publish. `confirmed`: the broker has it, safely, in at least one queue. `returned`: no queue takes
 * it. `refused`: a queue is full. `blocked`: the broker is short of memory or disk, and nothing was sent. `unanswered` and
 * `lost` (the connection broke): it may or may not have arrived.
 */
export type PublishOutcome = 'confirmed' | 'returned' | 'refused' | 'blocked' | 'unanswered' | 'lost';

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
  private opening: Promise<Line> | null = null;
  private current: Line | null = null;

  constructor(private readonly connections: AmqpConnections) {}

  /** Publishes one message and says what became of it; never rejects. */
  async publish(message: OutgoingMessage): Promise<PublishOutcome> {
    // What is sent now would be taken later, and once more for each time it is sent again meanwhile.
    if (this.connections.blocked) return 'blocked';
    let line: Line;
    try {
      line = await this.line();
    } catch {
      return 'lost';
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.discard(line);
        resolve('unanswered');
      }, CONFIRM_MS);
      const settle = (outcome: PublishOutcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const { exchange, routingKey, body, properties } = message;
      try {
        // The broker sends the return before the confirm of the same message.
        line.channel.publish(exchange, routingKey, body, { ...properties, mandatory: true }, (error: unknown) => {
          if (line.returned.delete(properties.messageId)) settle('returned');
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
    const line = await opening?.catch(() => undefined);
    if (line !== undefined) await closeQuietly(line.channel);
  }

  private line(): Promise<Line> {
    this.opening ??= this.open();
    return this.opening;
  }

  private async open(): Promise<Line> {
    try {
      const line: Line = { channel: await this.connections.confirmChannel(), returned: new Set() };
      line.channel.on('return', (message: Message) => {
        line.returned.add(String(message.properties.messageId));
      });
      line.channel.on('close', () => {
        this.forget(line);
      });
      this.current = line;
      return line;
    } catch (error) {
      this.opening = null;
      throw error;
    }
  }

  /** A channel that ends late must not take the one after it along. */
  private forget(line: Line): void {
    if (this.current !== line) return;
    this.current = null;
    this.opening = null;
  }

  /** A channel that stopped answering is given up, so that late confirms cannot be mistaken for others'. */
  private discard(line: Line): void {
    if (this.current !== line) return;
    this.forget(line);
    void closeQuietly(line.channel);
  }
}

/** A channel with the messages it returned and has not yet confirmed. */
interface Line {
  readonly channel: ConfirmChannel;
  readonly returned: Set<string>;
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.message === 'message nacked';
}
