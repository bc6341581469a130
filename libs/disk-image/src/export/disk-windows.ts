import type { DiskReader } from '../reader/disk-reader.ts';
import type { Span } from '../source/coalesce.ts';
import { Semaphore } from '../source/semaphore.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';

const CLUSTER = STORED_CLUSTER_SIZE;
/** The disk is read in windows of this size, so many at once: that is the memory of a file, whatever is asked of it. */
const WINDOW = 4 * CLUSTER;
const WINDOWS_AT_ONCE = 3;
/** Clusters kept because a read ended inside of them: as many as there are readers one behind the other. */
const KEPT_CLUSTERS = 4;

/** A range of the disk within one window, and what is done with its bytes, which are valid until it returns. */
export interface WantedRange extends Span {
  /** Where the bytes go when that is all that is done with them. */
  readonly target?: Buffer;
  use(data: Buffer): void;
}

/** The bytes that a target gets. */
function copyTo(start: number, target: Buffer): WantedRange {
  return { start, end: start + target.length, target, use: (data) => void data.copy(target) };
}

/** Wants bytes of the disk at a target; as one range with the last, where they follow each other here and there. */
export function wantCopy(wanted: WantedRange[], start: number, target: Buffer): void {
  const last = wanted.at(-1);
  const joined = last?.target && last.end === start && last.end < endOfWindow(last.start) && join(last.target, target);
  if (joined) wanted[wanted.length - 1] = copyTo(last.start, joined);
  else wanted.push(copyTo(start, target));
}

function join(first: Buffer, second: Buffer): Buffer | undefined {
  const follows = first.buffer === second.buffer && first.byteOffset + first.length === second.byteOffset;
  return follows ? Buffer.from(first.buffer, first.byteOffset, first.length + second.length) : undefined;
}

/** How far a range that begins at an offset may reach. */
export function endOfWindow(offset: number): number {
  return (Math.floor(offset / WINDOW) + 1) * WINDOW;
}

/** Reads a disk by whole clusters, each once for who reads on where he ended, several windows at once. */
export class DiskWindows {
  private readonly disk: DiskReader;
  private readonly places = new Semaphore(WINDOWS_AT_ONCE);
  private readonly scratch: Buffer[] = [];
  /** Clusters that were read and not used to their end, the one last kept at the end. */
  private readonly kept = new Map<number, Buffer>();

  constructor(disk: DiskReader) {
    this.disk = disk;
  }

  /** Reads ranges, which ascend by their window, and uses them in any order. */
  async use(wanted: readonly WantedRange[], signal?: AbortSignal): Promise<void> {
    const windows: WantedRange[][] = [];
    for (const range of wanted) {
      const last = windows.at(-1);
      if (last?.[0] && endOfWindow(last[0].start) === endOfWindow(range.start)) last.push(range);
      else windows.push([range]);
    }
    const reads = windows.map((ranges) => this.places.run(() => this.useWindow(ranges, signal)));
    // All of them, because the caller does as it likes with its memory after that.
    const failed = (await Promise.allSettled(reads)).find((read) => read.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private async useWindow(ranges: readonly WantedRange[], signal?: AbortSignal): Promise<void> {
    if (!ranges.every((range) => this.isWhole(range))) {
      await this.useThroughScratch(ranges, signal);
      return;
    }
    for (const { start, target } of ranges) {
      signal?.throwIfAborted();
      if (target) await this.disk.readInto(start, target, signal);
    }
  }

  /** Whether a range is whole clusters, all of which go to a target: then they can be decoded there. */
  private isWhole({ start, end, target }: WantedRange): boolean {
    return target !== undefined && start % CLUSTER === 0 && this.endsCluster(end);
  }

  private async useThroughScratch(ranges: readonly WantedRange[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const start = ranges.reduce((least, range) => Math.min(least, range.start), Infinity);
    const end = ranges.reduce((most, range) => Math.max(most, range.end), 0);
    const from = Math.floor(start / CLUSTER) * CLUSTER;
    const memory = this.scratch.pop() ?? Buffer.allocUnsafeSlow(WINDOW);
    try {
      const data = memory.subarray(0, Math.ceil((end - from) / CLUSTER) * CLUSTER);
      await this.fill(from, data, signal);
      for (const range of ranges) range.use(data.subarray(range.start - from, range.end - from));
      if (!this.endsCluster(end)) this.keep(from + data.length - CLUSTER, data.subarray(-CLUSTER));
    } finally {
      this.scratch.push(memory);
    }
  }

  /** Fills whole clusters, with zeros behind the end of the disk. */
  private async fill(from: number, data: Buffer, signal?: AbortSignal): Promise<void> {
    const kept = this.takeKept(from);
    kept?.copy(data);
    const first = kept ? CLUSTER : 0;
    const last = Math.max(first, Math.min(data.length, this.disk.virtualSize - from));
    data.fill(0, last);
    if (last > first) await this.disk.readInto(from + first, data.subarray(first, last), signal);
  }

  private endsCluster(end: number): boolean {
    return end % CLUSTER === 0 || end === this.disk.virtualSize;
  }

  private keep(cluster: number, data: Buffer): void {
    const [oldest] = this.kept.keys();
    const memory = (this.kept.size >= KEPT_CLUSTERS && oldest !== undefined && this.takeKept(oldest)) || undefined;
    const copy = memory ?? Buffer.allocUnsafeSlow(CLUSTER);
    data.copy(copy);
    this.kept.set(cluster, copy);
  }

  private takeKept(cluster: number): Buffer | undefined {
    const kept = this.kept.get(cluster);
    this.kept.delete(cluster);
    return kept;
  }
}
