/** Milliseconds the rate is taken over: long enough to be calm, short enough to be true. */
const WINDOW = 10_000;

/** How fast bytes go by, and when the rest will be there. */
export class TransferPace {
  readonly #now: () => number;
  #seen: { readonly at: number; readonly bytes: number }[];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#seen = [{ at: now(), bytes: 0 }];
  }

  /** So many have gone by in all. */
  at(bytes: number): void {
    const at = this.#now();
    this.#seen.push({ at, bytes });
    // One older than the window stays, so that there is always something to measure against.
    while (this.#seen.length > 2 && at - (this.#seen[1]?.at ?? at) > WINDOW) this.#seen.shift();
  }

  /** What comes after a pause has nothing to do with what was before. */
  restart(bytes: number): void {
    this.#seen = [{ at: this.#now(), bytes }];
  }

  /** Bytes a second; null while nothing is known. */
  get rate(): number | null {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at || last.bytes <= first.bytes) return null;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }

  /** Seconds until so many more are there; null while nothing is known. */
  secondsFor(bytes: number): number | null {
    return this.rate === null ? null : Math.ceil(bytes / this.rate);
  }
}
