import type { Span } from '../source/coalesce.ts';
import { GRAIN_MARKER_BYTES, SECTOR } from './format.ts';

export interface PlacedGrains {
  /** Sectors that grains begin at, ascending. */
  readonly sorted: Uint32Array;
  /** What else the file has. */
  readonly tables: readonly Span[];
  readonly fileSize: number;
  readonly grainBytes: number;
}

/**
 * Where a compressed grain that begins at an offset must have ended: where the next one begins, or a table, or the file
 * ends; and where the longest would.
 */
export function grainEnds({ sorted, tables, fileSize, grainBytes }: PlacedGrains): (offset: number) => number {
  const starts = Float64Array.from(tables, ({ start }) => start).sort();
  // What does not compress gets five bytes more for every block of it that is stored, which may be as short as it likes.
  const longest = Math.ceil((GRAIN_MARKER_BYTES + grainBytes * 1.125) / SECTOR + 1) * SECTOR;
  return (offset) => {
    const grain = (sorted[firstAbove(sorted, offset / SECTOR)] ?? Infinity) * SECTOR;
    return Math.min(grain, starts[firstAbove(starts, offset)] ?? Infinity, fileSize, offset + longest);
  };
}

/** Where the first value above another is. */
function firstAbove(ascending: Uint32Array | Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
