import type { ByteSource } from '@imago/disk-image';
import type { Budget } from './budget.ts';

/** Other images have the memory for tables. It may be there when one of them is not read any more. */
export class TableMemoryError extends Error {
  override readonly name = 'TableMemoryError';
}

/**
 * A file whose tables stay in memory. What is read of it while it is opened, tables for the most part, is taken from a
 * budget before it is read, and held until {@link release}.
 */
export class TableSource implements ByteSource {
  readonly size: number;
  readonly #source: Required<ByteSource>;
  readonly #memory: Budget;
  readonly #held: (() => void)[] = [];
  #isOpening = true;

  constructor(source: Required<ByteSource>, memory: Budget) {
    this.size = source.size;
    this.#source = source;
    this.#memory = memory;
  }

  /** @throws TableMemoryError when that does not fit, and what the source throws */
  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    this.#hold(length);
    return this.#source.read(offset, length, signal);
  }

  /** @throws TableMemoryError when that does not fit, and what the source throws */
  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    this.#hold(target.length);
    await this.#source.readInto(offset, target, signal);
  }

  /** The tables are there: what is read from now on is not kept. */
  opened(): void {
    this.#isOpening = false;
  }

  /** Nobody has the tables any more. */
  release(): void {
    this.#isOpening = false;
    for (const giveBack of this.#held.splice(0)) giveBack();
  }

  #hold(bytes: number): void {
    if (!this.#isOpening) return;
    const giveBack = this.#memory.takeNow(bytes);
    if (giveBack === undefined)
      throw new TableMemoryError(
        'The tables of the images in use leave no memory for those of this one (DISK_SERVER_TABLES_MIB)',
      );
    this.#held.push(giveBack);
  }
}
