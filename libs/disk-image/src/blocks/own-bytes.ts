import { InspectionRefusal } from '../inspection-refusal.ts';
import type { Span } from '../source/coalesce.ts';

/** Blocks of one size that a file has. */
export interface PlacedBlocks {
  /** Where each block of the disk is in the file, in units; 0 where it is not. */
  readonly places: Uint32Array;
  readonly unit: number;
  /** Bytes that each takes of the file, at least. */
  readonly bytes: number;
  /** Bytes of the last block of the disk that the disk has. */
  readonly lastBytes: number;
}

/**
 * Refuses blocks that are not in the file, that share bytes with each other, or lie on its tables; and tables that share
 * bytes. After this the data of the disk can not exceed its file.
 * @returns the places in the order of the file
 */
export function requireOwnBytes(blocks: PlacedBlocks, tables: readonly Span[], fileSize: number): Uint32Array {
  const { places, unit, bytes, lastBytes } = blocks;
  const sorted = places.filter((place) => place !== 0).sort();
  const last = places.at(-1) ?? 0;
  for (let index = sorted.length - 1; index >= 0; index -= 1) {
    const offset = (sorted[index] ?? 0) * unit;
    if (offset + bytes <= fileSize) break;
    if (sorted[index] === last && offset + lastBytes <= fileSize) continue;
    throw outOfFile(offset);
  }
  for (let index = 1; index < sorted.length; index += 1) {
    const offset = (sorted[index] ?? 0) * unit;
    if ((sorted[index - 1] ?? 0) * unit + bytes > offset) throw overlap(offset);
  }
  const spans = requireApart(tables);
  let next = 0;
  for (const place of sorted) {
    const [start, end] = [place * unit, place * unit + bytes];
    while (next < spans.length && (spans[next]?.end ?? 0) <= start) next += 1;
    if ((spans[next]?.start ?? Infinity) < Math.min(end, fileSize)) throw overlap(start);
  }
  return sorted;
}

/** Refuses tables that share bytes, and answers them in the order of the file. */
export function requireApart(tables: readonly Span[]): readonly Span[] {
  const sorted = tables.toSorted((one, other) => one.start - other.start);
  sorted.forEach(({ start }, index) => {
    if (index > 0 && (sorted[index - 1]?.end ?? 0) > start) throw overlap(start);
  });
  return sorted;
}

export function overlap(offset: number, at = offset): InspectionRefusal {
  return new InspectionRefusal('image.overlap', `Two parts of the image use the bytes at ${offset}`, at);
}

export function outOfFile(offset: number, at = offset): InspectionRefusal {
  return new InspectionRefusal('image.offset_out_of_file', `The offset ${offset} is outside of the file`, at);
}
