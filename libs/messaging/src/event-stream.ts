import { setTimeout as delay } from 'node:timers/promises';
import { type EventEnvelope, eventEnvelope } from '@imago/contracts';
import { Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import { closeQuietly, type AmqpConnections } from './connections.ts';
import { describeError } from './failure.ts';
import { RecentIds } from './recent-ids.ts';
import { EVENT_LOG } from './topology.ts';

/**
 * Where a reader begins: after an event it knows, at what was published from some moment on (or a little before it: the
 * broker finds a chunk, not a message), or at what is published from now on. What is older than the stream keeps is gone:
 * the reader then begins with the oldest there is.
 */
export type StreamStart = { readonly after: string } | { readonly since: Date } | 'now';

/** An event at its place in the stream: a decimal number that grows. */
export interface StreamedEvent {
  readonly offset: string;
  readonly event: EventEnvelope;
}

/** Messages that may be on their way to a reader: enough to keep it busy, and all it ever has in memory. */
const PREFETCH = 200;
/** An event may stand in the stream twice, when its relay died before it noted that it had been sent. */
const REMEMBERED = 10_000;
/** Milliseconds until a broken reading is taken up again. */
const PAUSE_MS = 1_000;

/** The stream of all events of the last days (DESIGN §3.6), for those who watch. */
export class EventStream {
  private readonly logger = new Logger('EventStream');

  constructor(private readonly connections: AmqpConnections) {}

  /**
   * The events from a place on, in the order of the stream, each id once, until the signal ends it. As many are fetched as
   * are taken. A broker that goes away is waited for; reading goes on after the last event that was taken, or, when there
   * was none, where it began.
   *
   * @param attached is told when whatever is published from then on will come.
   */
  async *read(
    start: StreamStart,
    signal: AbortSignal,
    attached: () => void = () => undefined,
  ): AsyncGenerator<StreamedEvent> {
    const recent = new RecentIds(REMEMBERED);
    let from = start;
    const begun = (): void => {
      if (from === 'now') from = { since: new Date() };
      attached();
    };
    while (!signal.aborted) {
      try {
        for await (const { offset, event } of this.#consume(from, signal, begun)) {
          if (event !== null && recent.add(event.id)) yield { offset, event };
          from = { after: offset };
        }
      } catch (error) {
        this.logger.warn(`reading the stream broke off and is taken up again: ${describeError(error)}`);
        await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** One consumer of the stream; ends when its channel does, or the signal says so. */
  async *#consume(
    from: StreamStart,
    signal: AbortSignal,
    attached: () => void,
  ): AsyncGenerator<{ readonly offset: string; readonly event: EventEnvelope | null }> {
    const channel = await this.connections.channel('consuming');
    const arrivals = new Arrivals(channel, signal);
    try {
      await channel.prefetch(PREFETCH);
      const options = { noAck: false, arguments: { 'x-stream-offset': offsetArgument(from) } };
      await channel.consume(EVENT_LOG, arrivals.take, options);
      attached();
      for (let message = await arrivals.next(); message !== null; message = await arrivals.next()) {
        yield { offset: String(message.properties.headers?.['x-stream-offset']), event: eventOf(message) };
        channel.ack(message); // only now: what was not taken counts against the prefetch
      }
    } finally {
      await closeQuietly(channel);
    }
  }
}

/** Messages of one consumer, as they are asked for. Ends with null when the channel or the reader does. */
class Arrivals {
  readonly #waiting: ConsumeMessage[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(channel: Channel, signal: AbortSignal) {
    channel.once('close', this.#end);
    if (signal.aborted) this.#end();
    signal.addEventListener('abort', this.#end, { once: true });
  }

  readonly take = (message: ConsumeMessage | null): void => {
    if (message === null) this.#ended = true;
    else this.#waiting.push(message);
    this.#wake();
  };

  async next(): Promise<ConsumeMessage | null> {
    while (!this.#ended) {
      const message = this.#waiting.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return null;
  }

  readonly #end = (): void => {
    this.#ended = true;
    this.#wake();
  };
}

function offsetArgument(from: StreamStart): unknown {
  if (from === 'now') return 'next';
  if ('after' in from) return { '!': 'long', value: Number(from.after) + 1 };
  return { '!': 'timestamp', value: Math.floor(from.since.getTime() / 1000) };
}

/** Null for what is no event: a stranger's message must not end the reading of others. */
function eventOf(message: ConsumeMessage): EventEnvelope | null {
  try {
    return eventEnvelope.parse(JSON.parse(message.content.toString('utf8')));
  } catch {
    return null;
  }
}
