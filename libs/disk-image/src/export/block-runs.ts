import type { Extent } from '../reader/disk-reader.ts';

/**
 * Which blocks of a disk hold data, as runs: a disk is full for long stretches and empty for longer ones. Blocks that
 * hold data have ranks, 0 for the first.
 */
export class BlockRuns {
  /** Blocks that hold data. */
  readonly count: number;
  /** Of each run: its first block, the one behind its last, and the rank of its first. */
  private readonly firsts: number[] = [];
  private readonly ends: number[] = [];
  private readonly ranks: number[] = [];

  /** The blocks that extents, ascending, touch. */
  constructor(extents: Iterable<Extent>, blockSize: number) {
    let count = 0;
    for (const { offset, length } of extents) {
      if (length === 0) continue;
      const last = this.ends.length - 1;
      const open = this.ends[last] ?? 0;
      const first = Math.max(Math.floor(offset / blockSize), open);
      const end = Math.ceil((offset + length) / blockSize);
      if (end <= first) continue;
      if (last >= 0 && first === open) {
        this.ends[last] = end;
      } else {
        this.firsts.push(first);
        this.ends.push(end);
        this.ranks.push(count);
      }
      count += end - first;
    }
    this.count = count;
  }

  has(block: number): boolean {
    return block < (this.ends[this.runBefore(block)] ?? 0);
  }

  /** How many blocks before this one hold data: its rank, when it does itself. */
  rankOf(block: number): number {
    const run = this.runBefore(block);
    if (run < 0) return 0;
    const first = this.firsts[run] ?? 0;
    return (this.ranks[run] ?? 0) + Math.min(block, this.ends[run] ?? 0) - first;
  }

  /** The block of a rank. */
  at(rank: number): number {
    const run = lastNotAbove(this.ranks, rank);
    return (this.firsts[run] ?? 0) + rank - (this.ranks[run] ?? 0);
  }

  /** How far the blocks from this one on are alike, data or none: the first that differs, infinite at the end. */
  endOfRun(block: number): number {
    const run = this.runBefore(block);
    const end = this.ends[run] ?? 0;
    return block < end ? end : (this.firsts[run + 1] ?? Infinity);
  }

  /** The last run that begins at a block or before it; -1 when none does. */
  private runBefore(block: number): number {
    return lastNotAbove(this.firsts, block);
  }
}

function lastNotAbove(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
