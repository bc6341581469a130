import type { Piece } from './piece.ts';

/** Where the bytes of a disk are in its source. */
export interface DiskMap {
  /** Bytes of the disk. */
  readonly virtualSize: number;
  /** First byte in the source that a part of the disk needs; infinite when it reads as zeros. */
  firstOffset(start: number, end: number): number;
  /** What to read for a part of the disk; `at` counts from its start. */
  pieces(start: number, end: number): Piece[];
  /** Parts of the disk that hold data, in its order. */
  runs(): Iterable<{ start: number; end: number }>;
}

/** Bytes of the disk in clusters of this size that may hold data. */
export function allocatedBytes(map: DiskMap, clusterSize: number): number {
  const { virtualSize } = map;
  let bytes = 0;
  for (let start = 0; start < virtualSize; start += clusterSize) {
    const end = Math.min(start + clusterSize, virtualSize);
    if (map.firstOffset(start, end) !== Infinity) bytes += end - start;
  }
  return bytes;
}
