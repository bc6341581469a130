import { InspectionRefusal } from '../inspection-refusal.ts';
import type { EncodedCluster, Piece } from '../reader/piece.ts';
import { MAX_FRAME_BYTES, STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { packPieces } from './cluster-job.ts';
import type { LentPool } from './cluster-pool.ts';

/** What became of a cluster. `frame` is in a slot that is given back with `release`. */
export type CompressedSlot =
  | { readonly type: 'zero' }
  | { readonly type: 'frame'; readonly frame: Buffer; readonly hash: Uint8Array; readonly release: () => void };

const ZERO = { type: 'zero' } as const;
const ZEROS = Buffer.alloc(STORED_CLUSTER_SIZE);

/** Memory shared with the threads of a pool. It is reused, so that a disk of any size costs the same few slots. */
export class CompressionSlots {
  private readonly pool: LentPool;
  private readonly free: SharedArrayBuffer[] = [];

  constructor(pool: LentPool) {
    this.pool = pool;
  }

  /** Has taken the bytes of the cluster over when it returns. */
  async compress({ index, length, pieces }: EncodedCluster): Promise<CompressedSlot> {
    if (pieces.every(isZero)) return ZERO;
    const slot = this.take(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
    const memory = Buffer.from(slot);
    const answer = await this.pool.run({ slot, index, length, pieces: packPieces(pieces, memory) });
    if (answer.type === 'frame') {
      const release = (): void => {
        this.free.push(slot);
      };
      return { type: 'frame', frame: memory.subarray(0, answer.size), hash: answer.hash, release };
    }
    this.free.push(slot);
    if (answer.type === 'zero') return ZERO;
    throw new InspectionRefusal(answer.code, answer.message, answer.offset);
  }

  private take(bytes: number): SharedArrayBuffer {
    const slot = this.free.pop();
    // Badly compressed data with a sector more for every piece is rare, and at most twice the cluster.
    return slot && slot.byteLength >= bytes ? slot : new SharedArrayBuffer(Math.max(bytes, MAX_FRAME_BYTES));
  }
}

function isZero({ encoding, bytes }: Readonly<Piece>): boolean {
  return encoding === 'plain' && ZEROS.subarray(0, bytes.length).equals(bytes);
}
