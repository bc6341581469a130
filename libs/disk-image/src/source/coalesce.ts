export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One ranged read and the extents it serves. */
export interface RangeRead<T extends Span> extends Span {
  readonly items: readonly T[];
}

export interface CoalesceLimits {
  /** A range grows up to this many bytes; a single larger extent is still one range. */
  readonly maxBytes: number;
  /** Unwanted bytes read rather than paying for another request. */
  readonly maxGap: number;
}

/** A request costs about as much as half a MiB of bytes, hence the gap; 8 MiB makes its latency small. */
export const RANGE_LIMITS: CoalesceLimits = { maxBytes: 8 * 2 ** 20, maxGap: 512 * 1024 };

/** Joins extents, given in ascending order of `start`, into few ranged reads. */
export function* coalesce<T extends Span>(extents: Iterable<T>, limits = RANGE_LIMITS): Generator<RangeRead<T>> {
  let items: T[] = [];
  let start = 0;
  let end = 0;
  for (const extent of extents) {
    const fits = extent.start - end <= limits.maxGap && extent.end - start <= limits.maxBytes;
    if (items.length > 0 && !fits) {
      yield { start, end, items };
      items = [];
    }
    if (items.length === 0) ({ start, end } = extent);
    items.push(extent);
    end = Math.max(end, extent.end);
  }
  if (items.length > 0) yield { start, end, items };
}
