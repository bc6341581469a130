import { LARGEST_PART, MOST_PARTS, refusal, SMALLEST_PART } from '@imago/contracts';

const MIB = 2 ** 20;
/** Bytes of the usual part: little is sent again after a cut, and the store is not asked too often. */
const USUAL = 16 * MIB;

/** How a file is cut into parts. All but the last are of one size. */
export interface Cut {
  readonly size: number;
  readonly part_size: number;
}

/**
 * How a file of so many bytes is cut, with parts of the wanted size where one is named.
 * @throws Refusal upload.part_size_invalid when there would be more parts than a store takes.
 */
export function cutOf(size: number, wanted: number | null): Cut {
  const smallest = Math.ceil(size / MOST_PARTS);
  const suiting = Math.max(USUAL, Math.ceil(smallest / MIB) * MIB);
  const part_size = wanted ?? suiting;
  if (part_size >= smallest && part_size >= SMALLEST_PART && part_size <= LARGEST_PART) return { size, part_size };
  throw refusal('upload.part_size_invalid', `Parts of ${part_size} bytes do not suit a file of ${size}.`, {
    part_size,
    smallest_part_size: Math.max(SMALLEST_PART, smallest),
    largest_part_size: LARGEST_PART,
  });
}

export function partCountOf({ size, part_size }: Cut): number {
  return Math.ceil(size / part_size);
}

/** Bytes of one part of the file. */
export function bytesOfPart({ size, part_size }: Cut, partNumber: number): number {
  return Math.min(part_size, size - (partNumber - 1) * part_size);
}
