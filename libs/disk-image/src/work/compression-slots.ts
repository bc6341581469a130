import { InspectionRefusal } from '../inspection-refusal.ts';
import type { EncodedCluster } from '../reader/piece.ts';
import { MAX_FRAME_BYTES } from '../store/layout.ts';
import type { LentPool } from './cluster-pool.ts';
import type { SlotPiece } from './cluster-job.ts';

/** What became of a cluster. `frame` is in a slot that is given back with `release`. */
export type CompressedSlot =
  | { readonly type: 'zero' }
  | { readonly type: 'frame'; readonly frame: Buffer; readonly hash: Uint8Array; readonly release: () => void };

const ZERO = { type: 'zero' } as const;
const ZEROS = Buffer.alloc(2 ** 20);

/** Memory shared with the threads of a pool. It is reused, so that a disk of any size costs the same few slots. */
export class CompressionSlots {
  private readonly pool: LentPool;
  private readonly free: SharedArrayBuffer[] = [];

  constructor(pool: LentPool) {
    this.pool = pool;
  }

  async compress(cluster: EncodedCluster): Promise<CompressedSlot> {
    if (cluster.pieces.every(isZero)) return ZERO;
    const pieces: SlotPiece[] = [];
    let used = 0;
    for (const { bytes, ...place } of cluster.pieces) {
      pieces.push({ ...place, slotOffset: used });
      used += bytes.length;
    }
    const slot = this.take(used);
    const target = Buffer.from(slot);
    for (const [at, { bytes }] of cluster.pieces.entries()) target.set(bytes, pieces[at]?.slotOffset);
    const answer = await this.pool.run({ slot, index: cluster.index, length: cluster.length, pieces });
    if (answer.type === 'frame') {
      const release = (): void => {
        this.free.push(slot);
      };
      return { type: 'frame', frame: target.subarray(0, answer.size), hash: answer.hash, release };
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

function isZero({ encoding, bytes }: { readonly encoding: string; readonly bytes: Buffer }): boolean {
  return encoding === 'plain' && ZEROS.subarray(0, bytes.length).equals(bytes);
}
