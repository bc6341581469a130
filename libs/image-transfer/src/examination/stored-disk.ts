import { type DiskReader, STORED_CLUSTER_SIZE } from '@imago/disk-image';
import type { ExaminedDisk } from '@imago/readiness';

const CLUSTER = STORED_CLUSTER_SIZE;

/** How a disk is read. */
export interface ReadingHabit {
  /** MiB that are kept. */
  readonly kept: number;
  /** Whether the next cluster is asked for while the one before is worked on. */
  readonly ahead: boolean;
}

/** Little is read, and much of that twice: file systems look at few places again and again. */
export const LOOKING: ReadingHabit = { kept: 16, ahead: false };
/** All files are read, and files lie beside each other. */
export const READING_ALL: ReadingHabit = { kept: 48, ahead: true };

/**
 * The disk in a stored image for who reads its files: a cluster is fetched, checked and decompressed whole, so it is kept
 * for the next read of it.
 */
export class StoredDisk implements ExaminedDisk {
  readonly virtualSize: number;
  /** What the store answered instead of bytes, first of all. */
  failure: unknown = null;
  readonly #reader: Pick<DiskReader, 'virtualSize' | 'read'>;
  readonly #moved: () => void;
  readonly #habit: ReadingHabit;
  /** The one that was used last is last. */
  readonly #kept = new Map<number, Promise<Buffer>>();

  /** @param moved called whenever bytes have come. */
  constructor(reader: Pick<DiskReader, 'virtualSize' | 'read'>, moved: () => void, habit: ReadingHabit) {
    this.virtualSize = reader.virtualSize;
    this.#reader = reader;
    this.#moved = moved;
    this.#habit = habit;
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const index = Math.floor((offset + done) / CLUSTER);
      const isNext = this.#habit.ahead && this.#kept.has(index - 1);
      const asked = this.#cluster(index, signal);
      if (isNext) this.#ahead(index + 1, signal);
      const cluster = await asked;
      const copied = cluster.copy(target, done, offset + done - index * CLUSTER);
      if (copied === 0)
        throw new RangeError(`The disk has ${this.virtualSize} bytes, ${offset + length} were asked for`);
      done += copied;
    }
    return target;
  }

  /** Whoever needs it waits for it; nobody else hears of its failure. */
  #ahead(index: number, signal?: AbortSignal): void {
    if (index * CLUSTER < this.virtualSize) this.#cluster(index, signal).catch(() => undefined);
  }

  #cluster(index: number, signal?: AbortSignal): Promise<Buffer> {
    const cluster = this.#kept.get(index) ?? this.#fetch(index, signal);
    this.#kept.delete(index);
    this.#kept.set(index, cluster);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#habit.kept && oldest !== undefined) this.#kept.delete(oldest);
    return cluster;
  }

  async #fetch(index: number, signal?: AbortSignal): Promise<Buffer> {
    const start = index * CLUSTER;
    try {
      const cluster = await this.#reader.read(start, Math.max(0, Math.min(CLUSTER, this.virtualSize - start)), signal);
      this.#moved();
      return cluster;
    } catch (error) {
      this.failure ??= error;
      this.#kept.delete(index);
      throw error;
    }
  }
}
