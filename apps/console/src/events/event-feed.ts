import type { EventEnvelope } from '@imago/contracts';
import type { EventSourceMessage } from 'eventsource-parser';
import { Problem } from '../gateway/problem.ts';
import { readStream } from './read-stream.ts';
import { type EventFilter, type StreamPlace, streamRequest } from './stream-place.ts';

/** An event and its place in the stream. */
export interface Received {
  readonly place: string;
  readonly event: EventEnvelope;
}

/** `waiting`: it was cut off and comes back by itself. `refused`: it does not, until something else is asked for. */
export type FeedStatus = 'connecting' | 'live' | 'waiting' | 'refused';

export interface FeedState {
  readonly status: FeedStatus;
  /** The newest first; those of the moment it was paused while it is. */
  readonly shown: readonly Received[];
  /** How many came, kept or not. */
  readonly came: number;
  /** How many of them since it was paused. */
  readonly unseen: number;
  readonly paused: boolean;
  /** Why it waits or was refused; null when the connection just broke. */
  readonly fault: Problem | null;
}

export interface EventFeedOptions {
  readonly filter: EventFilter;
  readonly start: StreamPlace;
  readonly open: (path: string, headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;
  /** Told of each event once. */
  readonly heard?: (event: EventEnvelope) => void;
  /** Told from where on a reload shows what is shown now. */
  readonly moved?: (place: StreamPlace) => void;
  /** The token is no longer good. */
  readonly expired: (problem: Problem) => void;
}

/** Events that are kept, and ids that are remembered to tell repetitions by. */
export const KEPT = 500;
const REMEMBERED = 2 * KEPT;
/** Milliseconds: between two pictures, until a silent connection is given up, and between two tries at most. */
const PICTURE = 100;
const PATIENCE = 45_000;
const LONGEST_WAIT = 30_000;

/** Follows the stream of events: no gap and no repetition however often it is cut off, in bounded memory. */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #listeners = new Set<() => void>();
  readonly #known = new Set<string>();
  #events: readonly Received[] = [];
  #frozen: readonly Received[] | null = null;
  #came = 0;
  #cameWhenPaused = 0;
  #status: FeedStatus = 'connecting';
  #fault: Problem | null = null;
  #place: StreamPlace;
  #retry = 2_000;
  #failures = 0;
  #state: FeedState;
  #picture: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    this.#place = options.start;
    this.#state = this.#now();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): FeedState => this.#state;

  /** Goes on from where it is, until the answer is called. */
  readonly follow = (): (() => void) => {
    const left = new AbortController();
    void this.#run(left.signal);
    return () => {
      left.abort();
      clearTimeout(this.#picture);
      this.#picture = undefined;
    };
  };

  pause(): void {
    this.#frozen ??= this.#events;
    this.#cameWhenPaused = this.#came;
    this.#draw();
  }

  resume(): void {
    this.#frozen = null;
    this.#draw();
  }

  async #run(left: AbortSignal): Promise<void> {
    while (!left.aborted) {
      this.#become('connecting');
      const comesBack = await this.#followOnce(left);
      if (!comesBack) return;
      await this.#wait(left);
    }
  }

  /** Whether it is worth another try. */
  async #followOnce(left: AbortSignal): Promise<boolean> {
    const { path, headers } = streamRequest(this.#place, this.#options.filter);
    const cut = new AbortController();
    try {
      const response = await this.#options.open(path, headers, AbortSignal.any([left, cut.signal]));
      this.#fault = null;
      this.#become('live');
      await readStream(response, {
        take: (message) => {
          if (!left.aborted) this.#take(message);
        },
        retry: (milliseconds) => (this.#retry = milliseconds),
        patience: PATIENCE,
      });
    } catch (error) {
      this.#failures += 1;
      this.#fault = error instanceof Problem ? error : null;
    } finally {
      cut.abort(); // also when it is only silent: the server would go on sending
    }
    if (left.aborted) return false;
    const passes = this.#fault === null || isPassing(this.#fault);
    this.#become(passes ? 'waiting' : 'refused');
    if (this.#fault?.status === 401) this.#options.expired(this.#fault);
    return passes;
  }

  #take({ id, event: type, data }: EventSourceMessage): void {
    if (type === 'end') {
      this.#end(data);
      return;
    }
    if (id === undefined) return;
    this.#place = { ...this.#place, after: id };
    const event = JSON.parse(data) as EventEnvelope;
    this.#failures = 0;
    if (this.#known.has(event.id)) return;
    this.#remember(event.id);
    this.#came += 1;
    const events = [{ place: id, event }, ...this.#events];
    const dropped = events[KEPT];
    this.#events = events.slice(0, KEPT);
    if (dropped !== undefined) this.#options.moved?.({ ...this.#place, after: dropped.place });
    this.#options.heard?.(event);
    this.#changed();
  }

  /** The server's last words: it stops and one comes back, or the token has expired. */
  #end(data: string): void {
    const { code, detail } = JSON.parse(data) as { readonly code: string; readonly detail: string };
    const status = code.startsWith('auth.') ? 401 : 503;
    this.#fault = new Problem({ status, code, detail, remedy: null, requestId: null });
  }

  #remember(id: string): void {
    this.#known.add(id);
    if (this.#known.size <= REMEMBERED) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  /** Longer after each failure, and not all tabs of all operators at the same moment. */
  #wait(left: AbortSignal): Promise<void> {
    const wait = Math.min(LONGEST_WAIT, this.#retry * 2 ** Math.max(0, this.#failures - 1));
    return new Promise((done) => {
      const timer = setTimeout(done, wait * (0.75 + Math.random() / 2));
      left.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          done();
        },
        { once: true },
      );
    });
  }

  #become(status: FeedStatus): void {
    this.#status = status;
    this.#draw();
  }

  /** At most one picture per moment: a replay brings thousands of events at once. */
  #changed(): void {
    this.#picture ??= setTimeout(() => {
      this.#draw();
    }, PICTURE);
  }

  #draw(): void {
    clearTimeout(this.#picture);
    this.#picture = undefined;
    this.#state = this.#now();
    for (const listener of this.#listeners) listener();
  }

  #now(): FeedState {
    const paused = this.#frozen !== null;
    return {
      status: this.#status,
      shown: this.#frozen ?? this.#events,
      came: this.#came,
      unseen: paused ? this.#came - this.#cameWhenPaused : 0,
      paused,
      fault: this.#fault,
    };
  }
}

/** What is wrong with the request itself stays wrong. */
function isPassing({ status }: Problem): boolean {
  return status >= 500 || status === 408 || status === 429;
}
