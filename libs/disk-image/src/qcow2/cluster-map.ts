import type { Qcow2Header } from './format.ts';
import {
  compressedBytes,
  compressedOffset,
  compressedSectors,
  entryOffset,
  hasZeroFlag,
  isCompressed,
} from './format.ts';
import type { DiskMap } from '../reader/disk-map.ts';
import { appendPlain, UNREAD } from '../reader/piece.ts';
import type { Piece } from '../reader/piece.ts';

/** Where every cluster of the disk lies in the file; checked when it was loaded. */
export class ClusterMap implements DiskMap {
  readonly header: Qcow2Header;
  /** L2 tables by L1 index; absent where nothing is allocated. */
  private readonly tables: readonly (DataView | undefined)[];
  private readonly fileSize: number;
  private readonly entries: number;

  constructor(header: Qcow2Header, tables: readonly (DataView | undefined)[], fileSize: number) {
    this.header = header;
    this.tables = tables;
    this.fileSize = fileSize;
    this.entries = header.clusterSize / 8;
  }

  get virtualSize(): number {
    return this.header.virtualSize;
  }

  firstOffset(start: number, end: number): number {
    let first = Infinity;
    for (const { high, low } of this.allocated(start, end)) first = Math.min(first, this.offsetOf(high, low));
    return first;
  }

  /** Neighbours in the file are one piece. */
  pieces(start: number, end: number): Piece[] {
    const { clusterSize } = this.header;
    const pieces: Piece[] = [];
    for (const { cluster, high, low } of this.allocated(start, end)) {
      const from = Math.max(0, start - cluster * clusterSize);
      const at = cluster * clusterSize + from - start;
      const length = Math.min(clusterSize - from, end - start - at);
      if (isCompressed(high)) pieces.push(this.compressedPiece(high, low, { at, length, from }));
      else appendPlain(pieces, { at, length, start: entryOffset(high, low) + from });
    }
    return pieces;
  }

  *runs(): Generator<{ start: number; end: number }> {
    const { clusterSize, virtualSize } = this.header;
    let run: { start: number; end: number } | undefined;
    for (const { cluster } of this.allocated(0, virtualSize)) {
      const start = cluster * clusterSize;
      const end = Math.min(start + clusterSize, virtualSize);
      if (run?.end === start) {
        run.end = end;
        continue;
      }
      if (run) yield run;
      run = { start, end };
    }
    if (run) yield run;
  }

  /** Parts of a range that the file says something of, also that they are zeros; what the rest is, it leaves open. */
  *ownRuns(start: number, end: number): Generator<{ start: number; end: number }> {
    const { clusterSize } = this.header;
    let run: { start: number; end: number } | undefined;
    for (let cluster = Math.floor(start / clusterSize); cluster * clusterSize < end; cluster += 1) {
      const table = this.tables[Math.floor(cluster / this.entries)];
      if (!table) {
        cluster = (Math.floor(cluster / this.entries) + 1) * this.entries - 1;
        continue;
      }
      const at = (cluster % this.entries) * 8;
      if (!isOwn(table.getUint32(at), table.getUint32(at + 4))) continue;
      const from = Math.max(start, cluster * clusterSize);
      const to = Math.min(end, (cluster + 1) * clusterSize);
      if (run?.end === from) {
        run.end = to;
        continue;
      }
      if (run) yield run;
      run = { start: from, end: to };
    }
    if (run) yield run;
  }

  /** Visits the table entry of every cluster that has one, in order; upper half, lower half. */
  forEachEntry(visit: (cluster: number, high: number, low: number) => void): void {
    this.tables.forEach((table, at) => {
      for (let entry = 0; table && entry < this.entries; entry += 1) {
        const high = table.getUint32(entry * 8);
        const low = table.getUint32(entry * 8 + 4);
        if (high !== 0 || low !== 0) visit(at * this.entries + entry, high, low);
      }
    });
  }

  private offsetOf(high: number, low: number): number {
    return isCompressed(high) ? compressedOffset(high, low, this.header.clusterBits) : entryOffset(high, low);
  }

  private compressedPiece(high: number, low: number, slice: { at: number; length: number; from: number }): Piece {
    const { clusterBits, clusterSize, compression } = this.header;
    const start = compressedOffset(high, low, clusterBits);
    const bytes = compressedBytes(start, compressedSectors(high, clusterBits));
    return {
      ...slice,
      encoding: compression === 'zstd' ? 'zstd' : 'deflate',
      unit: clusterSize,
      start,
      end: Math.min(start + bytes, this.fileSize), // the last one is not always filled up to a sector
      bytes: UNREAD,
    };
  }

  /** The one object is reused: millions of them would cost more than the work. */
  private *allocated(start: number, end: number): Generator<{ cluster: number; high: number; low: number }> {
    const { clusterSize } = this.header;
    const found = { cluster: 0, high: 0, low: 0 };
    const last = Math.ceil(end / clusterSize);
    for (let cluster = Math.floor(start / clusterSize); cluster < last; cluster += 1) {
      const table = this.tables[Math.floor(cluster / this.entries)];
      if (!table) {
        cluster = (Math.floor(cluster / this.entries) + 1) * this.entries - 1;
        continue;
      }
      const at = (cluster % this.entries) * 8;
      const high = table.getUint32(at);
      const low = table.getUint32(at + 4);
      if (!isCompressed(high) && (hasZeroFlag(low) || entryOffset(high, low) === 0)) continue;
      found.cluster = cluster;
      found.high = high;
      found.low = low;
      yield found;
    }
  }
}

/** Whether an entry says what its cluster is. */
function isOwn(high: number, low: number): boolean {
  return isCompressed(high) || hasZeroFlag(low) || entryOffset(high, low) !== 0;
}
