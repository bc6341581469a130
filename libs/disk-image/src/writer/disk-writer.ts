import type { DiskReader } from '../reader/disk-reader.ts';

export interface WriteOptions {
  readonly signal: AbortSignal;
  /** Bytes of the disk worked through; ends at the bytes of the clusters that may hold data. */
  readonly progress: (bytesDone: number) => void;
}

/**
 * A place a disk is written to: the port that import, capture, export and copy write through. What is written there is
 * whole when `write` resolves and not there before: a failure leaves nothing that could be taken for a disk.
 */
export abstract class DiskWriter {
  abstract write(disk: DiskReader, options: WriteOptions): Promise<void>;
}
