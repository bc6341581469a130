import type { DiskMap } from '../reader/disk-map.ts';
import { appendPlain, UNREAD, type Piece } from '../reader/piece.ts';

/** A disk in blocks of one size, as every format but qcow2 has it. */
export interface BlockTable {
  /** Bytes of the disk. */
  readonly virtualSize: number;
  readonly blockSize: number;
  /** Where each block is in the file, in units; 0 where it reads as zeros. */
  readonly places: Uint32Array;
  readonly unit: number;
  /** Bytes that stand before the data of each block. */
  readonly lead?: number;
  /** Where blocks are compressed: what of the file a block that begins at an offset may take, at most. */
  readonly endOf?: (offset: number) => number;
}

/** Where the blocks of a disk are in its file; checked when the table was loaded. */
export class BlockMap implements DiskMap {
  readonly virtualSize: number;
  private readonly table: BlockTable;

  constructor(table: BlockTable) {
    this.table = table;
    this.virtualSize = table.virtualSize;
  }

  firstOffset(start: number, end: number): number {
    const { blockSize, endOf, places, unit, lead = 0 } = this.table;
    const last = Math.ceil(end / blockSize);
    let first = Infinity;
    // Called for a whole disk in one go, so that a generator would be too slow here.
    for (let block = Math.floor(start / blockSize); block < last; block += 1) {
      const place = places[block] ?? 0;
      if (place === 0) continue;
      const from = endOf ? 0 : Math.max(0, start - block * blockSize);
      first = Math.min(first, place * unit + lead + from);
    }
    return first;
  }

  pieces(start: number, end: number): Piece[] {
    const { blockSize, endOf } = this.table;
    const pieces: Piece[] = [];
    for (const { block, offset } of this.allocated(start, end)) {
      const from = Math.max(0, start - block * blockSize);
      const at = block * blockSize + from - start;
      const length = Math.min(blockSize - from, end - start - at);
      if (endOf) {
        const place = { start: offset, end: endOf(offset), bytes: UNREAD };
        pieces.push({ at, length, from, encoding: 'grain', unit: blockSize, ...place });
      } else {
        appendPlain(pieces, { at, length, start: offset + from });
      }
    }
    return pieces;
  }

  *runs(): Generator<{ start: number; end: number }> {
    const { blockSize } = this.table;
    let run: { start: number; end: number } | undefined;
    for (const { block } of this.allocated(0, this.virtualSize)) {
      const start = block * blockSize;
      const end = Math.min(start + blockSize, this.virtualSize);
      if (run?.end === start) {
        run.end = end;
        continue;
      }
      if (run) yield run;
      run = { start, end };
    }
    if (run) yield run;
  }

  /** The one object is reused: a disk has millions of blocks. */
  private *allocated(start: number, end: number): Generator<{ block: number; offset: number }> {
    const { blockSize, places, unit, lead = 0 } = this.table;
    const found = { block: 0, offset: 0 };
    const last = Math.ceil(end / blockSize);
    for (let block = Math.floor(start / blockSize); block < last; block += 1) {
      const place = places[block] ?? 0;
      if (place === 0) continue;
      found.block = block;
      found.offset = place * unit + lead;
      yield found;
    }
  }
}
