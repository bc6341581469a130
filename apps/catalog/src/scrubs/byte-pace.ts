import { setTimeout as delay } from 'node:timers/promises';

/** Lets so many bytes a second through, however long they took to come. What was not used is not saved up. */
export class BytePace {
  #free = 0;

  /** @param now milliseconds that only grow */
  constructor(
    private readonly bytesPerSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes bytes off the pace. @returns the milliseconds to wait before the next ones are read */
  take(bytes: number): number {
    const now = this.now();
    this.#free = Math.max(this.#free, now) + (bytes / this.bytesPerSecond) * 1000;
    return this.#free - now;
  }

  /** The same, and waits. Rejects when it is aborted. */
  async keep(bytes: number, signal: AbortSignal): Promise<void> {
    await delay(this.take(bytes), undefined, { signal });
  }
}
