import { Unreadable } from './unreadable.ts';
import type { Budget } from './budget.ts';

/** A run of bytes that can be read anywhere: the disk, a partition, a logical volume. */
export abstract class ByteRegion {
  /** How people know it: `partition 2`. */
  abstract readonly name: string;
  abstract readonly size: number;
  abstract readonly budget: Budget;
  /** Exactly the range, as memory of the caller's own. Throws Unreadable outside of the region. */
  abstract read(offset: number, length: number): Promise<Buffer>;
  /**
   * Where on the disk the range is, in its order. Throws Unreadable outside of the region, and where writing there would
   * change more than this region.
   */
  abstract onDisk(offset: number, length: number): readonly DiskRange[];
}

/** A run of bytes of the whole disk. */
export interface DiskRange {
  readonly offset: number;
  readonly length: number;
}

/** The longest single read: no structure of a file system is longer, and a file is read in pieces. */
export const LONGEST_READ = 4 * 1024 * 1024;

/** Throws Unreadable unless the range is one of the region. */
export function assertInside(region: { name: string; size: number }, offset: number, length: number): void {
  const fits = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (fits && length <= LONGEST_READ && offset + length <= region.size) return;
  throw new Unreadable(`Something is said to be outside of the ${region.size} bytes there are`, region.name);
}

/** A part of another region. */
export class RegionPart extends ByteRegion {
  readonly name: string;
  readonly size: number;
  private readonly whole: ByteRegion;
  private readonly start: number;

  constructor(whole: ByteRegion, { name, start, size }: { name: string; start: number; size: number }) {
    super();
    this.whole = whole;
    this.name = name;
    this.start = start;
    this.size = size;
  }

  get budget(): Budget {
    return this.whole.budget;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertInside(this, offset, length);
    return this.whole.read(this.start + offset, length);
  }

  onDisk(offset: number, length: number): readonly DiskRange[] {
    assertInside(this, offset, length);
    return this.whole.onDisk(this.start + offset, length);
  }
}
