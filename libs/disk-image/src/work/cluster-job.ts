import type { InspectionCode } from '../inspection-refusal.ts';
import type { EncodedCluster, Encoding, Piece } from '../reader/piece.ts';

/** Work for a thread: the bytes of the pieces are in the slot, and the zstd frame of the cluster comes back in it. */
export interface ClusterJob {
  readonly slot: SharedArrayBuffer;
  readonly index: number;
  readonly length: number;
  /** The pieces as numbers: objects would cost more to send than the bytes. */
  readonly pieces: Float64Array;
}

export type ClusterAnswer =
  | { readonly type: 'zero' }
  | { readonly type: 'frame'; readonly size: number; readonly hash: Uint8Array }
  | {
      readonly type: 'refused';
      readonly code: InspectionCode;
      readonly message: string;
      readonly offset: number | undefined;
    };

const ENCODINGS: readonly Encoding[] = ['plain', 'deflate', 'zstd', 'grain'];
const FIELDS = 7;

/** Puts the bytes of the pieces into the slot, one after the other, and describes them. */
export function packPieces(pieces: EncodedCluster['pieces'], slot: Uint8Array): Float64Array {
  const packed = new Float64Array(pieces.length * FIELDS);
  let used = 0;
  pieces.forEach(({ at, length, encoding, unit, from, start, end, bytes }, index) => {
    packed.set([ENCODINGS.indexOf(encoding), at, length, unit, from, start, end], index * FIELDS);
    slot.set(bytes, used);
    used += bytes.length;
  });
  return packed;
}

/** The pieces again, with their bytes where the slot has them. */
export function unpackPieces(packed: Float64Array, slot: SharedArrayBuffer): Piece[] {
  let used = 0;
  return Array.from({ length: packed.length / FIELDS }, (_, index) => {
    const [code = 0, at = 0, length = 0, unit = 0, from = 0, start = 0, end = 0] = packed.subarray(index * FIELDS);
    const bytes = Buffer.from(slot, used, end - start);
    used += bytes.length;
    return { at, length, encoding: ENCODINGS[code] ?? 'plain', unit, from, start, end, bytes };
  });
}
