import type { Progress } from './job-phases.ts';

/** The share of the work that is left when everything is stored: reading it back. */
const READ_BACK_SHARE = 8n;

/**
 * The one counter of a job that stores an image, in bytes of what it reads. Storing a byte is seven eighths of its work,
 * reading it back the last one, so the counter reaches its total when the image is proven and not before.
 */
export class WorkProgress {
  readonly #total: bigint;
  readonly #readBack: bigint;

  constructor(total: bigint) {
    this.#total = total;
    this.#readBack = total / READ_BACK_SHARE;
  }

  /** @param bytes of the work, stored so far. */
  stored(bytes: number): Progress {
    const share = this.#total === 0n ? 0n : (BigInt(bytes) * this.#readBack) / this.#total;
    return { bytes_done: BigInt(bytes) - share, bytes_total: this.#total };
  }

  /** @param bytes of the object, read back so far, of `size`. */
  readBack(bytes: number, size: number): Progress {
    const read = (this.#readBack * BigInt(bytes)) / BigInt(size);
    return { bytes_done: this.#total - this.#readBack + read, bytes_total: this.#total };
  }
}
