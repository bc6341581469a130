/** Bytes of a slab: a part is a whole number of them. */
export const SLAB = 2 ** 20;

/** A piece of shared memory that is being filled, hashed or sent. */
export interface Slab {
  readonly offset: number;
  readonly bytes: Buffer;
  filled: number;
}

/** Shared memory in slabs, given out again and again: the most recently used first, so that the rest stays untouched. */
export class SlabPool {
  readonly memory: SharedArrayBuffer;
  readonly #free: Slab[];
  readonly #count: number;
  #waiting: (() => void) | undefined;

  constructor(count: number) {
    this.#count = count;
    this.memory = new SharedArrayBuffer(count * SLAB);
    this.#free = Array.from({ length: count }, (_, index) => {
      const offset = (count - 1 - index) * SLAB;
      return { offset, bytes: Buffer.from(this.memory, offset, SLAB), filled: 0 };
    });
  }

  /** Waits until fewer than `most` are out. One caller at a time. */
  async take(most: number, signal: AbortSignal): Promise<Slab> {
    for (;;) {
      signal.throwIfAborted();
      const isAllowed = this.#count - this.#free.length < most;
      const slab = isAllowed ? this.#free.pop() : undefined;
      if (slab !== undefined) return Object.assign(slab, { filled: 0 });
      await this.#given(signal);
    }
  }

  give(slab: Slab): void {
    this.#free.push(slab);
    this.#waiting?.();
  }

  #given(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.#waiting = undefined;
        signal.removeEventListener('abort', go);
        resolve();
      };
      this.#waiting = go;
      signal.addEventListener('abort', go, { once: true });
    });
  }
}
