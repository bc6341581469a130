/** Seconds over which the rate is smoothed: long enough to be readable, short enough to show a stall. */
const WINDOW_SECONDS = 8;

/** Bytes a second and seconds to go, from a row of readings of a counter. */
export class ProgressMeter {
  #at: number;
  #bytes: bigint;
  #rate: number | null = null;

  /** @param bytes where the counter stands when the meter starts: work done by an earlier attempt is no speed. */
  constructor(bytes: bigint, atMilliseconds: number) {
    this.#bytes = bytes;
    this.#at = atMilliseconds;
  }

  /** Takes a reading. Readings that go back or repeat an instant change nothing. */
  read(bytes: bigint, atMilliseconds: number): void {
    const seconds = (atMilliseconds - this.#at) / 1000;
    if (seconds <= 0 || bytes < this.#bytes) return;
    const latest = Number(bytes - this.#bytes) / seconds;
    const weight = 1 - Math.exp(-seconds / WINDOW_SECONDS);
    this.#rate = this.#rate === null ? latest : this.#rate + weight * (latest - this.#rate);
    this.#at = atMilliseconds;
    this.#bytes = bytes;
  }

  /** Whole bytes a second; null while nothing has moved. */
  get rate(): bigint | null {
    return this.#rate === null || this.#rate < 1 ? null : BigInt(Math.round(this.#rate));
  }

  /** Whole seconds until `total`; null while unknown. */
  eta(total: bigint | null): number | null {
    const rate = this.rate;
    if (total === null || rate === null) return null;
    const left = total - this.#bytes;
    return left <= 0n ? 0 : Math.ceil(Number(left) / Number(rate));
  }
}
