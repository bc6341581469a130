import { Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import { closeQuietly, within, type AmqpConnections } from './connections.ts';
import { WakeableTimer } from './wakeable-timer.ts';

/** A message on loan from a queue. */
export interface Delivery {
  readonly queue: string;
  readonly message: ConsumeMessage;
  /** False once the channel is gone: whatever is done with the message now, it is delivered again. */
  readonly open: () => boolean;
  /** Gives the message back as done; nothing happens when the channel is gone. */
  readonly acknowledge: () => void;
}

export interface ConsumerPlan {
  readonly queue: string;
  readonly prefetch: number;
  /** Declares what the consumer needs, on each new channel: a queue deleted under it comes back. */
  readonly prepare: (channel: Channel) => Promise<void>;
  /** Handles one delivery and acknowledges it when it is safe to forget; it must not reject. */
  readonly deliver: (delivery: Delivery) => Promise<void>;
  readonly changed?: (active: boolean) => void;
}

const ANSWER_MS = 10_000;
/** Milliseconds between tries to consume again; doubled up to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

/** Keeps one consumer on one queue, whatever happens to the channel, the connection, the broker or the queue. */
export class QueueConsumer {
  private readonly logger = new Logger('QueueConsumer');
  private readonly timer = new WakeableTimer();
  private readonly underWay = new Set<Promise<void>>();
  private running: Promise<void> | null = null;
  private stopped = false;
  private endTurn: (() => void) | null = null;
  private consuming = false;

  constructor(
    private readonly connections: AmqpConnections,
    private readonly plan: ConsumerPlan,
  ) {}

  /** True while the broker knows this consumer. */
  get active(): boolean {
    return this.consuming;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Takes no more deliveries, waits for those under way, at most `drainMs`, and closes its channel. */
  async stop(drainMs: number): Promise<void> {
    this.stopped = true;
    this.timer.wake();
    this.endTurn?.();
    const draining = (this.running ?? Promise.resolve()).then(() => undefined);
    await within(drainMs, `drain ${this.plan.queue}`, draining).catch((error: unknown) => {
      this.logger.warn(String(error)); // the broker delivers what is left again
    });
  }

  private async run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.isStopped()) {
      try {
        await this.turn();
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        this.logger.warn(`${this.plan.queue}: ${error instanceof Error ? error.message : String(error)}`);
        pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 2);
      }
      if (!this.isStopped()) await this.timer.sleep(pauseMs);
    }
  }

  /** One life of a channel: from opening it until it, the consumer or this object ends. */
  private async turn(): Promise<void> {
    const { queue } = this.plan;
    const channel = await this.connections.channel('consuming');
    let open = true;
    const ended = new Promise<void>((resolve) => {
      this.endTurn = resolve;
      channel.once('close', () => {
        open = false;
        resolve();
      });
    });
    try {
      await within(ANSWER_MS, `prepare ${queue}`, this.plan.prepare(channel));
      await channel.prefetch(this.plan.prefetch);
      const onMessage = (message: ConsumeMessage | null): void => {
        if (message === null) this.endTurn?.(); // the broker cancelled the consumer: the queue is gone
        else
          this.deliver({
            queue,
            message,
            open: () => open,
            acknowledge: () => {
              acknowledge(channel, message);
            },
          });
      };
      const { consumerTag } = await within(ANSWER_MS, `consume ${queue}`, channel.consume(queue, onMessage));
      this.setActive(true);
      if (!this.isStopped()) await ended;
      this.setActive(false);
      if (this.isStopped()) {
        await within(ANSWER_MS, `cancel ${queue}`, channel.cancel(consumerTag)).catch(() => undefined);
        await Promise.all(this.underWay);
      }
    } finally {
      this.setActive(false);
      await closeQuietly(channel);
    }
  }

  private deliver(delivery: Delivery): void {
    const work = this.plan.deliver(delivery).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private setActive(active: boolean): void {
    this.consuming = active;
    this.plan.changed?.(active);
  }
}

function acknowledge(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.ack(message);
  } catch {
    // the channel closed meanwhile: the broker delivers the message again and the inbox recognises it
  }
}
