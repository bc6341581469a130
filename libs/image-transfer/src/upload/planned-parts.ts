/** A part that is still to be copied. */
export interface PlannedPart {
  readonly part_number: number;
  /** Where it begins in the object. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** S3 takes 10,000 parts, and some are kept back. */
const MOST_PARTS = 9_500;

/**
 * The parts of an object of `size` bytes that follow those that are done, whatever their sizes were.
 * @param least bytes of a part but the last.
 */
export function* partsLeft(
  size: number,
  done: readonly { readonly size: number }[],
  least: number,
): Generator<PlannedPart> {
  let offset = done.reduce((sum, part) => sum + part.size, 0);
  const partSize = Math.max(least, Math.ceil((size - offset) / Math.max(1, MOST_PARTS - done.length)));
  for (let part_number = done.length + 1; offset < size; part_number += 1) {
    const part = { part_number, offset, size: Math.min(partSize, size - offset) };
    yield part;
    offset += part.size;
  }
}
