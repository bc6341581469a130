import { setImmediate as turn } from 'node:timers/promises';
import { overlap } from '../blocks/own-bytes.ts';
import { COMPRESSED_SECTOR, compressedOffset, compressedSectors, isCompressed } from './format.ts';

/** Compressed clusters that are sorted at once: 16 MiB. */
const BATCH = 2 ** 21;
/** A key is the offset and the sectors less one; at most 2^13 of these fit an entry. */
const SECTOR_BITS = 13;

type Tables = readonly (DataView | undefined)[];

export interface CompressedImage {
  readonly tables: Tables;
  readonly clusterBits: number;
  readonly fileSize: number;
  /** Compressed clusters in all. */
  readonly count: number;
}

/**
 * Refuses compressed clusters that share bytes. They lie at any byte and only their sectors are known, so that the end
 * of one is somewhere in its last sector: the next may begin there, and not before. Without this one small cluster could
 * be a whole disk, as in a zip bomb. Memory is bounded: a large image is sorted in several goes, and everybody else has
 * their turn between them.
 */
export async function refuseSharedBytes(image: CompressedImage, batch = BATCH): Promise<void> {
  const all = { start: 0, end: image.fileSize, count: image.count };
  let lastSector = -1;
  for (const window of windows(image, batch, all)) {
    lastSector = checkSorted(collect(image, window).sort(), lastSector);
    await turn();
  }
}

/** A range of the file and how many compressed clusters begin in it. */
interface Window {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/** Ascending windows of no more than a batch, which have all clusters together. */
function* windows(image: CompressedImage, batch: number, whole: Window): Generator<Window> {
  const { start, end, count } = whole;
  if (count <= batch) {
    if (count > 0) yield whole;
    return;
  }
  if (count > end - start) throw overlap(start, start); // two begin at the same byte
  const middle = Math.floor((start + end) / 2);
  let lower = 0;
  forEachCompressed(image, (offset) => {
    if (offset >= start && offset < middle) lower += 1;
  });
  yield* windows(image, batch, { start, end: middle, count: lower });
  yield* windows(image, batch, { start: middle, end, count: count - lower });
}

function collect(image: CompressedImage, { start, end, count }: Window): BigUint64Array {
  const words = new Uint32Array(2 * count);
  let used = 0;
  forEachCompressed(image, (offset, sectors) => {
    if (offset < start || offset >= end) return;
    words[used] = ((offset % 2 ** (32 - SECTOR_BITS)) * 2 ** SECTOR_BITS + sectors - 1) >>> 0;
    words[used + 1] = Math.floor(offset / 2 ** (32 - SECTOR_BITS));
    used += 2;
  });
  return new BigUint64Array(words.buffer);
}

/** Answers where the last sector of the last cluster begins, which the next window goes on from. */
function checkSorted(keys: BigUint64Array, before: number): number {
  const words = new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
  let lastSector = before;
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] ?? 0;
    const offset = (words[at + 1] ?? 0) * 2 ** (32 - SECTOR_BITS) + (low >>> SECTOR_BITS);
    if (offset <= lastSector) throw overlap(offset, offset);
    const sectors = low % 2 ** SECTOR_BITS; // less one
    lastSector = Math.max(offset, offset - (offset % COMPRESSED_SECTOR) + sectors * COMPRESSED_SECTOR);
  }
  return lastSector;
}

function forEachCompressed(
  { tables, clusterBits }: CompressedImage,
  visit: (offset: number, sectors: number) => void,
): void {
  for (const table of tables) {
    for (let at = 0; table && at < table.byteLength; at += 8) {
      const high = table.getUint32(at);
      if (!isCompressed(high)) continue;
      visit(compressedOffset(high, table.getUint32(at + 4), clusterBits), compressedSectors(high, clusterBits));
    }
  }
}
