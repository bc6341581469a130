import type { DiskReader, Extent } from '../reader/disk-reader.ts';
import { BlockRuns } from './block-runs.ts';

const SECTOR = 512;

/** What a file of a disk is laid out from: all that is known without reading the disk. */
export class DiskShape {
  /** Bytes of the disk: whole sectors, as all disks that are read have. */
  readonly bytes: number;
  private readonly extents: readonly Extent[];

  constructor(disk: DiskReader) {
    this.bytes = disk.virtualSize;
    this.extents = [...disk.extents()];
  }

  get sectors(): number {
    return this.bytes / SECTOR;
  }

  /** Which blocks of this size hold data. */
  runsOf(blockSize: number): BlockRuns {
    return new BlockRuns(this.extents, blockSize);
  }
}
