import { COMPRESSED_SECTOR, compressedOffset, compressedSectors, isCompressed } from './format.ts';
import { overlap } from './host-use.ts';

/** Compressed clusters that are sorted at once: 16 MiB. */
const BATCH = 2 ** 21;
const SPANS = 4096;
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
 * be a whole disk, as in a zip bomb. Memory is bounded: a large image is sorted in several goes.
 */
export function refuseSharedBytes(image: CompressedImage): void {
  if (image.count === 0) return;
  for (const [start, end] of windows(image)) {
    const keys = collect(image, start, end);
    checkSorted(keys.sort());
  }
}

/** Ranges of the file that hold no more than a batch of compressed clusters each. */
function windows(image: CompressedImage): [number, number][] {
  const { fileSize, count } = image;
  if (count <= BATCH) return [[0, fileSize]];
  const span = Math.ceil(fileSize / SPANS);
  const counts = new Uint32Array(SPANS);
  forEachCompressed(image, (offset) => {
    const at = Math.floor(offset / span);
    counts[at] = (counts[at] ?? 0) + 1;
  });
  const found: [number, number][] = [];
  let start = 0;
  let held = 0;
  counts.forEach((inSpan, at) => {
    if (held + inSpan > BATCH && held > 0) {
      found.push([start, at * span]);
      start = at * span;
      held = 0;
    }
    held += inSpan;
    // Not even an empty cluster is that small.
    if (inSpan > BATCH) throw overlap(at * span, at * span);
  });
  found.push([start, fileSize]);
  return found;
}

function collect(image: CompressedImage, start: number, end: number): BigUint64Array {
  const words = new Uint32Array(2 * Math.min(BATCH, image.count));
  let used = 0;
  forEachCompressed(image, (offset, sectors) => {
    if (offset < start || offset >= end) return;
    words[used] = ((offset % 2 ** (32 - SECTOR_BITS)) * 2 ** SECTOR_BITS + sectors - 1) >>> 0;
    words[used + 1] = Math.floor(offset / 2 ** (32 - SECTOR_BITS));
    used += 2;
  });
  return new BigUint64Array(words.buffer, 0, used / 2);
}

function checkSorted(keys: BigUint64Array): void {
  const words = new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
  let lastSector = -1;
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] ?? 0;
    const offset = (words[at + 1] ?? 0) * 2 ** (32 - SECTOR_BITS) + (low >>> SECTOR_BITS);
    if (offset <= lastSector) throw overlap(offset, offset);
    const sectors = low % 2 ** SECTOR_BITS; // less one
    lastSector = Math.max(offset, offset - (offset % COMPRESSED_SECTOR) + sectors * COMPRESSED_SECTOR);
  }
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
