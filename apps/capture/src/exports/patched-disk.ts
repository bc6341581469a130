import type { Extent } from '@imago/disk-image';
import { layOver, type Patch } from '@imago/generalization';
import type { RangedDisk } from './exported-disk.ts';

/** A locked disk as its image is to have it. */
export interface CapturedDisk extends RangedDisk {
  /** The runs that differ from what the server got; null when they are too many to tell, and any of the disk may be. */
  map(signal: AbortSignal): Promise<readonly Extent[] | null>;
}

/** A locked disk with other bytes in some places: they count as written by the server, who never sees them. */
export class PatchedDisk implements CapturedDisk {
  readonly size: number;

  constructor(
    private readonly disk: CapturedDisk,
    private readonly patches: readonly Patch[],
  ) {
    this.size = disk.size;
  }

  async map(signal: AbortSignal): Promise<readonly Extent[] | null> {
    const written = await this.disk.map(signal);
    const patched = this.patches.map(({ offset, bytes }) => ({ offset, length: bytes.length }));
    return written && [...written, ...patched];
  }

  async readInto(offset: number, target: Buffer, signal: AbortSignal): Promise<void> {
    await this.disk.readInto(offset, target, signal);
    layOver(this.patches, offset, target);
  }
}
