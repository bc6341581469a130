import type { InspectionCode } from '../inspection-refusal.ts';
import type { PiecePlace } from '../reader/piece.ts';

/** A piece whose bytes begin at `slotOffset` of the slot. */
export interface SlotPiece extends PiecePlace {
  readonly slotOffset: number;
}

/** Work for a thread: the encoded cluster is in the slot, and its zstd frame comes back in it. */
export interface ClusterJob {
  readonly slot: SharedArrayBuffer;
  readonly index: number;
  readonly length: number;
  readonly pieces: readonly SlotPiece[];
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
