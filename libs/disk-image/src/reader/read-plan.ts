import { coalesce, RANGE_LIMITS } from '../source/coalesce.ts';
import type { RangeRead, Span } from '../source/coalesce.ts';
import type { Piece } from './piece.ts';

/** How far behind a block the rest of a cluster may lie for the cluster to wait for it. */
const WINDOW = 32 * 2 ** 20;
const BLOCK = RANGE_LIMITS.maxBytes;
/**
 * Pieces that wait, and pieces of a step, a cluster more at most. Compressed ones may stand a byte apart, and then it is
 * they that take the memory and not what they stand for: a block of them, a GiB and more.
 */
const MOST_PIECES = 2 ** 16;
/** What a piece counts for beside its bytes: about the memory it takes. */
const PIECE_BYTES = 256;

/** A cluster some of whose pieces are still to be read. */
export interface OpenCluster {
  readonly index: number;
  readonly length: number;
  readonly pieces: readonly Piece[];
  missing: number;
  /** Bytes of its pieces that are copies. */
  readonly copies: Buffer[];
}

export function openCluster(index: number, length: number, pieces: readonly Piece[]): OpenCluster {
  return { index, length, pieces, missing: pieces.length, copies: [] };
}

/** One piece of one cluster, as a span of the source. */
export interface Wanted extends Span {
  readonly cluster: OpenCluster;
  readonly piece: Piece;
}

/** Ranges that are read together; their pieces complete clusters, in this order. */
export interface ReadStep {
  readonly ranges: readonly RangeRead<Wanted>[];
  /** Bytes of the ranges. */
  readonly bytes: number;
  /** Bytes of memory that the step takes with all that describes it. */
  readonly weight: number;
}

export interface PlannedDisk {
  /** Clusters to read, by the first byte in the source that they need. */
  readonly order: ArrayLike<number>;
  firstOffset(index: number): number;
  open(index: number): OpenCluster;
}

/**
 * Plans one walk through the source in its own order, whatever the order of the disk in it is: block after block, a
 * cluster being complete when its last piece has passed. Parallel writers leave clusters scattered over a few MiB, so
 * that almost every byte is read once, by long ranges. A cluster that is spread wider than the window is fetched at
 * once, piece by piece: what waits is never more than the window, and never many pieces.
 */
export function* planReads(disk: PlannedDisk): Generator<ReadStep> {
  let waiting: Wanted[] = [];
  let next = 0;
  const firstOf = (at: number): number => (at < disk.order.length ? disk.firstOffset(disk.order[at] ?? 0) : Infinity);
  while (next < disk.order.length || waiting.length > 0) {
    const start = waiting.reduce((least, { start: at }) => Math.min(least, at), firstOf(next));
    let end = start + BLOCK;
    const now: Wanted[] = [];
    let scattered = 0;
    for (; firstOf(next) < end; next += 1) {
      if (scattered >= BLOCK || now.length >= MOST_PIECES) {
        end = Math.max(firstOf(next), start + 1);
        break;
      }
      const wanted = wantedOf(disk.open(disk.order[next] ?? 0));
      const isNear = wanted.every((piece) => piece.start < start + BLOCK + WINDOW);
      if (isNear && waiting.length < MOST_PIECES) {
        waiting.push(...wanted);
      } else {
        now.push(...wanted);
        scattered += wanted.reduce((sum, piece) => sum + piece.end - piece.start, 0);
      }
    }
    const later: Wanted[] = [];
    for (const piece of waiting) (piece.end <= end || piece.start === start ? now : later).push(piece);
    waiting = later;
    const ranges = [...coalesce(now.sort((a, b) => a.start - b.start))];
    const bytes = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
    yield { ranges, bytes, weight: bytes + now.length * PIECE_BYTES };
  }
}

function wantedOf(cluster: OpenCluster): Wanted[] {
  return cluster.pieces.map((piece) => ({ cluster, piece, start: piece.start, end: piece.end }));
}
