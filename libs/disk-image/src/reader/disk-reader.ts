import type { EncodedCluster } from './piece.ts';

/** A run of the disk, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

export interface ClusterOptions {
  /** Bytes; a power of two, 64 KiB at least. */
  readonly clusterSize: number;
  /** Leaves out clusters that are done. */
  readonly skip?: (index: number) => boolean;
  readonly signal?: AbortSignal;
}

/** One whole cluster of the disk; the last one of a disk may be shorter. */
export interface DiskCluster {
  readonly index: number;
  readonly data: Buffer;
}

/**
 * A disk as the guest sees it, wherever its bytes are: the port that import, capture, export and boot read through.
 *
 * The source does not change while it is read. Damage found late, in the data itself, is an `InspectionRefusal` and
 * permanent; any other failure is the source's and may pass.
 */
export abstract class DiskReader {
  /** Bytes of the disk. */
  abstract readonly virtualSize: number;
  /** What may hold data, ascending and not overlapping; the rest reads as zeros. */
  abstract extents(): Iterable<Extent>;
  /** Exactly the range asked for, zeros where nothing is allocated. */
  abstract read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer>;
  /** The same, filling memory of the caller. */
  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    (await this.read(offset, target.length, signal)).copy(target);
  }
  /**
   * Every cluster that may hold data, whole, once, in the order that reads the source best. Ranged reads are joined and
   * several are in flight; the bytes in flight are bounded whatever the consumer's pace is.
   */
  abstract clusters(options: ClusterOptions): AsyncIterable<DiskCluster>;
  /**
   * The same clusters, not decoded yet: for who decodes elsewhere or passes the encoded form on. Their bytes are valid
   * until the next cluster is asked for.
   */
  abstract encodedClusters(options: ClusterOptions): AsyncIterable<EncodedCluster>;
}
