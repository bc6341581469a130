import { setImmediate } from 'node:timers/promises';
import { Budget, type ReadinessLimits } from './budget.ts';
import { assertInside, ByteRegion, type DiskRange } from './byte-region.ts';
import { SourceFailure, Unreadable } from './unreadable.ts';

/** What is examined: `DiskReader` of `@imago/disk-image` is one, and anything else with ranged reads. */
export interface ExaminedDisk {
  /** Bytes of the disk. */
  readonly virtualSize: number;
  /** Exactly the range asked for. It rejects only when the source fails. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer>;
}

export const CACHE_BLOCK = 32 * 1024;
const CACHED_BLOCKS = 512;

/** The disk in whole blocks, the last ones of which are kept: file systems look at the same few again and again. */
export class CachedDisk extends ByteRegion {
  readonly name = 'the disk';
  readonly size: number;
  readonly budget: Budget;
  private readonly disk: ExaminedDisk;
  private readonly signal: AbortSignal;
  /** The one that was used last is last. */
  private readonly blocks = new Map<number, Buffer>();

  constructor(disk: ExaminedDisk, { signal, limits }: { signal: AbortSignal; limits: ReadinessLimits }) {
    super();
    this.disk = disk;
    this.signal = signal;
    this.size = disk.virtualSize;
    this.budget = new Budget(limits);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertInside(this, offset, length);
    this.budget.step(1 + Math.ceil(length / 1024));
    if (this.budget.restIsDue()) await this.rest();
    const target = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const index = Math.floor((offset + done) / CACHE_BLOCK);
      const block = await this.block(index);
      const copied = block.copy(target, done, offset + done - index * CACHE_BLOCK);
      if (copied === 0) throw new Unreadable('The disk ends early', this.name);
      done += copied;
    }
    return target;
  }

  onDisk(offset: number, length: number): readonly DiskRange[] {
    assertInside(this, offset, length);
    return [{ offset, length }];
  }

  /** What is read from memory alone ends with the signal, too. */
  private async rest(): Promise<void> {
    await setImmediate();
    if (this.signal.aborted) throw new SourceFailure(this.signal.reason);
  }

  private async block(index: number): Promise<Buffer> {
    const block = this.blocks.get(index) ?? (await this.fetch(index));
    this.blocks.delete(index);
    this.blocks.set(index, block);
    const [oldest] = this.blocks.keys();
    if (this.blocks.size > CACHED_BLOCKS && oldest !== undefined) this.blocks.delete(oldest);
    return block;
  }

  private async fetch(index: number): Promise<Buffer> {
    const start = index * CACHE_BLOCK;
    const length = Math.min(CACHE_BLOCK, this.size - start);
    this.budget.takeRead(length);
    try {
      this.signal.throwIfAborted();
      const block = await this.disk.read(start, length, this.signal);
      if (block.length !== length) throw new Error(`${block.length} bytes were read instead of ${length}`);
      return block;
    } catch (error) {
      throw new SourceFailure(error);
    }
  }
}
