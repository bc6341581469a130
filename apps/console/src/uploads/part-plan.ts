const MIB = 2 ** 20;
/** Bytes of the usual part: what a pause or a cut throws away is sent again, so it is little. */
const USUAL = 8 * MIB;
/** Parts an upload may have, half of what stores take. */
const MOST = 5_000;

/** How a file is cut into parts; all but the last are of one size. */
export interface Cut {
  readonly size: number;
  readonly part_size: number;
}

/** Where a part lies in its file. */
export interface PartPlace {
  readonly part_number: number;
  readonly offset: number;
  readonly length: number;
}

/** Bytes of the parts a file of so many is sent in. */
export function partSizeFor(size: number): number {
  return Math.max(USUAL, Math.ceil(size / MOST / MIB) * MIB);
}

/** All parts of a file, in their order. */
export function partsOf({ size, part_size }: Cut): readonly PartPlace[] {
  return Array.from({ length: Math.ceil(size / part_size) }, (_, index) => {
    const offset = index * part_size;
    return { part_number: index + 1, offset, length: Math.min(part_size, size - offset) };
  });
}
