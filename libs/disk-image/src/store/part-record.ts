/** One finished part: what is needed to go on after it and to seal, as plain data. Part 1 is the head. */
export interface PartRecord {
  readonly part_number: number;
  /** Bytes. */
  readonly size: number;
  /**
   * Packed entries: cluster index, offset in the part, compressed size, SHA-256 of the cluster. An entry of size 0 is a
   * run of clusters of a layer that became zero: its first cluster, how many there are, and nothing more.
   */
  readonly clusters: Buffer;
}

/** One cluster in a part. */
export interface PartCluster {
  readonly index: number;
  /** From the start of the part. */
  readonly offset: number;
  /** Bytes of its zstd frame; 0 for a cluster that became zero, which has no bytes in any part. */
  readonly size: number;
  /** SHA-256 of the whole cluster. */
  readonly hash: Uint8Array;
}

/** Neighbouring clusters that became zero. */
export interface ZeroRun {
  readonly index: number;
  readonly count: number;
}

export const HASH_BYTES = 32;
const ENTRY_BYTES = 12 + HASH_BYTES;
const NO_HASH = Buffer.alloc(HASH_BYTES);

/** Three big-endian 32-bit numbers and the hash, 44 bytes each. */
export function packPartClusters(clusters: readonly PartCluster[], zeros: readonly ZeroRun[] = []): Buffer {
  const packed = Buffer.alloc((clusters.length + zeros.length) * ENTRY_BYTES);
  let entry = 0;
  for (const { index, offset, size, hash } of clusters) {
    packed.writeUInt32BE(index, entry);
    packed.writeUInt32BE(offset, entry + 4);
    packed.writeUInt32BE(size, entry + 8);
    packed.set(hash, entry + 12);
    entry += ENTRY_BYTES;
  }
  for (const { index, count } of zeros) {
    packed.writeUInt32BE(index, entry);
    packed.writeUInt32BE(count, entry + 4);
    entry += ENTRY_BYTES;
  }
  return packed;
}

/** Every cluster of a part, those of runs one by one. */
export function* partClusters({ part_number, clusters }: PartRecord): Generator<PartCluster> {
  if (clusters.length % ENTRY_BYTES !== 0) throw new Error(`The record of part ${part_number} is cut short`);
  for (let at = 0; at < clusters.length; at += ENTRY_BYTES) {
    const index = clusters.readUInt32BE(at);
    const offset = clusters.readUInt32BE(at + 4);
    const size = clusters.readUInt32BE(at + 8);
    if (size > 0) yield { index, offset, size, hash: clusters.subarray(at + 12, at + ENTRY_BYTES) };
    else for (let next = 0; next < offset; next += 1) yield { index: index + next, offset: 0, size, hash: NO_HASH };
  }
}
