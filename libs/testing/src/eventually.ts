import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Milliseconds until the last failure is thrown. Default 240,000: a net for the slowest machine, not a measure. */
  readonly timeout?: number;
  /** Milliseconds between the first two tries; later ones come up to 25 times as far apart. Default 20. */
  readonly interval?: number;
}

/** What takes long is looked at more seldom: looking makes a busy machine busier. */
const GROWTH = 1.3;
const LONGEST = 25;

/**
 * Answers what `attempt` answers as soon as it does not throw. It throws the last failure when the time is over, so that
 * a wait can never pass in silence and its message says what was still wrong. A try is never cut short; the first one
 * is made whatever the time-out is.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeout = 240_000, interval = 20 } = options;
  const end = performance.now() + timeout;
  for (let pause = interval; ; pause = Math.min(pause * GROWTH, interval * LONGEST)) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= end) throw error;
    }
    await delay(pause);
  }
}
