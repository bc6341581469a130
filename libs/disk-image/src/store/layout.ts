import { COMPRESSED_SECTOR } from '../qcow2/format.ts';

/** Bytes of a cluster of a stored image. */
export const STORED_CLUSTER_SIZE = 2 ** 20;
export const STORED_CLUSTER_BITS = 20;

/** S3 takes 10,000 parts, the head is one of them, and some are kept back. */
export const MAX_DATA_PARTS = 9500;
/** Two of them in flight and one that grows are what a process of 300 MiB has room for; S3 takes 5 MiB and more. */
export const MIN_PART_SIZE = 12 * 2 ** 20;
export const FIRST_DATA_PART = 2;

/** Most bytes one zstd frame of a cluster has: the bound of the format, in whole sectors. */
export const MAX_FRAME_BYTES = STORED_CLUSTER_SIZE + STORED_CLUSTER_SIZE / 256 + COMPRESSED_SECTOR;

const ENTRY_BYTES = 8;
const REFCOUNT_BYTES = 2;

/**
 * Where a stored image has its tables. One cluster each for the header, the refcount table and the L1 table, then as
 * many refcount blocks and L2 tables as the largest image of this virtual size needs: so the data can be written first,
 * behind a head whose size is known, and the head last, when all places are known. Five clusters are the least, which is
 * also the least that S3 takes as a part.
 */
export interface StoredLayout {
  readonly clusters: number;
  readonly refcountTableOffset: number;
  readonly refcountBlocksOffset: number;
  readonly refcountBlocks: number;
  readonly l1Offset: number;
  readonly l2Offset: number;
  readonly l2Tables: number;
  /** Bytes of the head, which is where the first data part begins. */
  readonly headBytes: number;
}

export function storedLayout(virtualSize: number): StoredLayout {
  const size = STORED_CLUSTER_SIZE;
  const clusters = Math.ceil(virtualSize / size);
  const l2Tables = Math.max(1, Math.ceil(clusters / (size / ENTRY_BYTES)));
  const mostData = clusters * MAX_FRAME_BYTES + MAX_DATA_PARTS * COMPRESSED_SECTOR;
  const fixed = 3 + l2Tables;
  const perBlock = size / REFCOUNT_BYTES;
  // A block covers half a million clusters, so one more covers all blocks themselves.
  const refcountBlocks = Math.ceil((fixed + Math.ceil(mostData / size) + 1) / perBlock);
  const refcountBlocksOffset = 2 * size;
  const l1Offset = refcountBlocksOffset + refcountBlocks * size;
  return {
    clusters,
    refcountTableOffset: size,
    refcountBlocksOffset,
    refcountBlocks,
    l1Offset,
    l2Offset: l1Offset + size,
    l2Tables,
    headBytes: (fixed + refcountBlocks) * size,
  };
}

/** Bytes after which a part is full, when so many clusters may still come and so many parts are left. */
export function partSize(clustersLeft: number, partsLeft: number, least = MIN_PART_SIZE): number {
  return Math.max(least, Math.ceil((clustersLeft * MAX_FRAME_BYTES) / Math.max(1, partsLeft)));
}
