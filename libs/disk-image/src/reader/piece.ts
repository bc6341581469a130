/** How bytes are written down in a source; a grain is the zlib stream of a VMDK, with its marker before it. */
export type Encoding = 'plain' | 'deflate' | 'zstd' | 'grain';

/** A slice of a cluster as its source has it. */
export interface Piece {
  /** Place in the cluster, and bytes of it. */
  readonly at: number;
  readonly length: number;
  readonly encoding: Encoding;
  /** Bytes the encoded form decodes to, and the first of them that the slice is. */
  readonly unit: number;
  readonly from: number;
  /** The encoded form in the source. It may end in bytes that are not its own. */
  readonly start: number;
  readonly end: number;
  /** What the source has from `start` to `end`; nothing until it has been read. */
  bytes: Buffer;
}

export const UNREAD = Buffer.alloc(0);

/** A cluster of the disk as its source has it; what no piece covers is zeros. */
export interface EncodedCluster {
  readonly index: number;
  /** Bytes of the cluster: less than the cluster size only at the end of a disk. */
  readonly length: number;
  readonly pieces: readonly Readonly<Piece>[];
}

/** Adds bytes that stand in the source as they are; neighbours in it are one piece. */
export function appendPlain(pieces: Piece[], slice: { at: number; length: number; start: number }): void {
  const last = pieces.at(-1);
  const { at, length, start } = slice;
  if (last?.encoding === 'plain' && last.end === start && last.at + last.length === at) {
    pieces[pieces.length - 1] = plainPiece(last.at, last.length + length, last.start);
  } else {
    pieces.push(plainPiece(at, length, start));
  }
}

function plainPiece(at: number, length: number, start: number): Piece {
  return { at, length, start, end: start + length, encoding: 'plain', unit: length, from: 0, bytes: UNREAD };
}
