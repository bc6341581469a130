import { InspectionRefusal } from '../inspection-refusal.ts';
import type { ImageFile } from '../inspect/image-file.ts';
import type { Span } from '../source/coalesce.ts';
import { type Batch, batchesOf } from './batches.ts';

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

/** Units of the file whose blocks are sorted at once, as a power of two. */
const STRETCH_BITS = 16;
const STRETCH = 2 ** STRETCH_BITS;

/**
 * Refuses blocks that are not in the file, that share bytes with each other, or lie on its tables; and tables that share
 * bytes. After this the data of the disk can not exceed its file. Takes as much memory as the places, once it is known
 * that so many blocks can be in the file.
 * @returns the places in the order of the file
 */
export async function requireOwnBytes(
  blocks: PlacedBlocks,
  tables: readonly Span[],
  { source, signal }: Pick<ImageFile, 'source' | 'signal'>,
): Promise<Uint32Array> {
  const { unit, bytes } = blocks;
  const spans = requireApart(tables);
  const sorted = await sortPlaces(blocks, await countByStretch(blocks, source.size, signal), signal);
  let before = -Infinity;
  let next = 0;
  for await (const batch of batchesOf(sorted.length, signal)) {
    for (let index = batch.start; index < batch.end; index += 1) {
      const start = (sorted[index] ?? 0) * unit;
      const end = start + bytes;
      if (before > start) throw overlap(start);
      before = end;
      while (next < spans.length && (spans[next]?.end ?? 0) <= start) next += 1;
      if ((spans[next]?.start ?? Infinity) < Math.min(end, source.size)) throw overlap(start);
    }
  }
  return sorted;
}

/** How many blocks begin in each stretch of the file. Refuses those outside of it, and more than a stretch has room for. */
async function countByStretch(blocks: PlacedBlocks, fileSize: number, signal?: AbortSignal): Promise<Uint32Array> {
  const { places, unit, bytes, lastBytes } = blocks;
  const counts = new Uint32Array(2 ** 32 / STRETCH);
  const room = Math.ceil((STRETCH * unit) / bytes);
  const last = places.at(-1) ?? 0;
  let outside = 0;
  let crowded = 0;
  for await (const { start, end } of batchesOf(places.length, signal)) {
    for (let block = start; block < end; block += 1) {
      const place = places[block] ?? 0;
      if (place === 0) continue;
      if (place * unit + (place === last ? lastBytes : bytes) > fileSize) outside = Math.max(outside, place);
      const stretch = place >>> STRETCH_BITS;
      const count = (counts[stretch] ?? 0) + 1;
      counts[stretch] = count;
      if (count > room) crowded = place;
    }
  }
  if (outside > 0) throw outOfFile(outside * unit);
  if (crowded > 0) throw overlap(crowded * unit);
  return counts;
}

/** Puts the blocks into their stretches, in one array, and sorts the stretches one after the other. */
async function sortPlaces({ places }: PlacedBlocks, counts: Uint32Array, signal?: AbortSignal): Promise<Uint32Array> {
  const ends = new Uint32Array(counts.length);
  let total = 0;
  for (const [stretch, count] of counts.entries()) {
    ends[stretch] = total; // moves to its end with every block
    total += count;
  }
  const sorted = new Uint32Array(total);
  for await (const { start, end } of batchesOf(places.length, signal)) {
    for (let block = start; block < end; block += 1) {
      const place = places[block] ?? 0;
      if (place === 0) continue;
      const stretch = place >>> STRETCH_BITS;
      const at = ends[stretch] ?? 0;
      sorted[at] = place;
      ends[stretch] = at + 1;
    }
  }
  for await (const { start, end } of batchesOf(total, signal)) sortStretches(sorted, ends, { start, end });
  return sorted;
}

/** Sorts the stretches that end in a batch; together they are one stretch longer than it, at most. */
function sortStretches(sorted: Uint32Array, ends: Uint32Array, batch: Batch): void {
  const from = lastEndUpTo(ends, batch.start);
  const to = lastEndUpTo(ends, batch.end);
  sorted.subarray(from, to).sort();
}

/** The last place up to an index where a stretch ends. */
function lastEndUpTo(ends: Uint32Array, index: number): number {
  let end = 0;
  for (const each of ends) if (each <= index) end = each;
  return end;
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
