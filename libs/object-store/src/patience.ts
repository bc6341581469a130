import { setTimeout as delay } from 'node:timers/promises';
import { ObjectStoreUnavailableError } from './object-store.errors.ts';

export interface Retries {
  /** How often the store is asked, at most, without getting anywhere. */
  readonly attempts: number;
  /** Milliseconds before the second attempt, about; each further one waits twice as long. */
  readonly pause_ms: number;
}

const LONGEST_PAUSE = 5_000;

/** How long one call bears with a store that fails: what may pass is tried again, anything else is thrown at once. */
export class Patience {
  #failures = 0;

  constructor(
    private readonly retries: Retries,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Waits before the next attempt, or throws what stands in its way: the abort, the error, or that it was the last. */
  async after(error: Error): Promise<void> {
    this.signal?.throwIfAborted();
    this.#failures += 1;
    if (!(error instanceof ObjectStoreUnavailableError) || this.#failures >= this.retries.attempts) throw error;
    const pause = Math.min(this.retries.pause_ms * 2 ** (this.#failures - 1), LONGEST_PAUSE);
    // Half of it by chance, so that everybody who met the same failure does not come back in the same moment.
    await delay(pause * (0.5 + Math.random() / 2), undefined, this.signal && { signal: this.signal }).catch(() => {
      this.signal?.throwIfAborted();
    });
  }

  /** Something was achieved since the last failure. */
  renew(): void {
    this.#failures = 0;
  }
}
