/** Bytes of the smallest part: large enough that the store is asked seldom, small enough that several fit in memory. */
const SMALLEST = 16 * 2 ** 20;
const MIB = 2 ** 20;
/** A store takes 10,000 parts; each thousand is as much larger than the one before as the first parts are large. */
const FIRST_PARTS_IN_ALL = 1000 * ((10 * 11) / 2);

/** The size of the first parts with which a file of so many bytes, or of fewer, comes to no more than 10,000 parts. */
export function firstPartSize(bytes: number): number {
  return Math.max(SMALLEST, Math.ceil(bytes / FIRST_PARTS_IN_ALL / MIB) * MIB);
}
