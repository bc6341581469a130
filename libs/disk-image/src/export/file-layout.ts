import type { BlockRuns } from './block-runs.ts';

/** What a file has at an offset, and for how many bytes from there. */
export type Stretch =
  | { readonly is: 'bytes'; readonly bytes: Buffer }
  | { readonly is: 'zeros'; readonly length: number }
  /** The disk's own bytes, from an offset of the disk on. */
  | { readonly is: 'disk'; readonly offset: number; readonly length: number }
  /** Bytes that follow from a range of the disk, a checksum for example: `length` of them, from the first `skip` on. */
  | {
      readonly is: 'derived';
      readonly length: number;
      readonly skip: number;
      readonly range: { readonly offset: number; readonly length: number };
      readonly derive: (data: Buffer) => Buffer;
    };

/** A part of a file. */
export interface Section {
  readonly length: number;
  /** What it has at an offset of its own, which is inside of it. */
  at(offset: number): Stretch;
}

/** A file, section after section. What it has everywhere follows from what was known when it was laid out. */
export class FileLayout {
  readonly size: number;
  private readonly sections: readonly Section[];

  constructor(sections: readonly Section[]) {
    this.sections = sections;
    this.size = sections.reduce((sum, { length }) => sum + length, 0);
  }

  /** What the file has at an offset; a stretch may reach further than the section does. */
  at(offset: number): Stretch {
    let start = 0;
    for (const section of this.sections) {
      if (offset < start + section.length) return section.at(offset - start);
      start += section.length;
    }
    throw new RangeError(`The offset ${offset} is behind the end of the file`);
  }
}

export function bytesSection(bytes: Buffer): Section {
  return { length: bytes.length, at: (offset) => ({ is: 'bytes', bytes: bytes.subarray(offset) }) };
}

export function zerosSection(length: number): Section {
  return { length, at: (offset) => ({ is: 'zeros', length: length - offset }) };
}

export interface Table {
  readonly entries: number;
  readonly entryBytes: number;
  /** What follows the last entry is this byte, up to a multiple of `padTo` bytes. */
  readonly padTo: number;
  readonly padding?: number;
  /** Writes an entry; what it leaves alone is zero. */
  readonly write: (into: Buffer, at: number, entry: number) => void;
}

/** Entries made at a time. */
const TABLE_PIECE = 64 * 1024;

/** A table of the file, made where it is read: for a large disk it has millions of entries. */
export function tableSection({ entries, entryBytes, padTo, padding = 0, write }: Table): Section {
  const length = Math.ceil((entries * entryBytes) / padTo) * padTo;
  const at = (offset: number): Stretch => {
    const first = Math.floor(offset / entryBytes);
    const start = first * entryBytes;
    const piece = Buffer.alloc(Math.min(TABLE_PIECE, length - start), padding);
    const end = Math.min(entries, first + Math.ceil(piece.length / entryBytes));
    for (let entry = first; entry < end; entry += 1) {
      const place = (entry - first) * entryBytes;
      piece.fill(0, place, place + entryBytes);
      write(piece, place, entry);
    }
    return { is: 'bytes', bytes: piece.subarray(offset - start) };
  };
  return { length, at };
}

export interface Blocks {
  readonly runs: BlockRuns;
  readonly blockSize: number;
  /** Bytes of the disk; behind its end a block has zeros. */
  readonly diskBytes: number;
  /** What comes before each block. */
  readonly prefix?: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** The blocks of a disk that hold data, whole, one after the other. */
export function blocksSection({ runs, blockSize, diskBytes, prefix = NOTHING }: Blocks): Section {
  const recordBytes = prefix.length + blockSize;
  const at = (offset: number): Stretch => {
    const rank = Math.floor(offset / recordBytes);
    const inRecord = offset - rank * recordBytes;
    if (inRecord < prefix.length) return { is: 'bytes', bytes: prefix.subarray(inRecord) };
    const inBlock = inRecord - prefix.length;
    return diskStretch(runs.at(rank) * blockSize + inBlock, blockSize - inBlock, diskBytes);
  };
  return { length: runs.count * recordBytes, at };
}

/** A range of the disk that may reach beyond its end, as far as it is the same kind of bytes. */
export function diskStretch(offset: number, length: number, diskBytes: number): Stretch {
  if (offset >= diskBytes) return { is: 'zeros', length };
  return { is: 'disk', offset, length: Math.min(length, diskBytes - offset) };
}
