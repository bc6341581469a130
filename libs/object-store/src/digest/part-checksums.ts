import { crc32 } from 'node:zlib';

/** The CRC-32 of each part of an object whose bytes come by in order, in pieces of any size. */
export class PartChecksums {
  readonly #sizes: readonly number[];
  readonly #sums: number[] = [];
  #sum = 0;
  #left: number;

  constructor(partSizes: readonly number[]) {
    this.#sizes = partSizes;
    this.#left = partSizes[0] ?? Infinity;
  }

  /** Of the parts that have come by whole. */
  get sums(): readonly number[] {
    return this.#sums;
  }

  /** Bytes behind the last part belong to none. */
  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + this.#left);
      this.#sum = crc32(piece, this.#sum);
      this.#left -= piece.length;
      at += piece.length;
      if (this.#left === 0) this.#endPart();
    }
  }

  #endPart(): void {
    this.#sums.push(this.#sum);
    this.#sum = 0;
    this.#left = this.#sizes[this.#sums.length] ?? Infinity;
  }
}
