/** One finished part: what is needed to go on after it and to seal, as plain data. Part 1 is the head. */
export interface PartRecord {
  readonly part_number: number;
  /** Bytes. */
  readonly size: number;
  /** Packed entries: cluster index, offset in the part, compressed size, SHA-256 of the cluster. */
  readonly clusters: Buffer;
}

/** One cluster in a part. */
export interface PartCluster {
  readonly index: number;
  /** From the start of the part. */
  readonly offset: number;
  /** Bytes of its zstd frame. */
  readonly size: number;
  /** SHA-256 of the whole cluster. */
  readonly hash: Uint8Array;
}

export const HASH_BYTES = 32;
const ENTRY_BYTES = 12 + HASH_BYTES;

/** Three big-endian 32-bit numbers and the hash, 44 bytes each. */
export function packPartClusters(clusters: readonly PartCluster[]): Buffer {
  const packed = Buffer.allocUnsafe(clusters.length * ENTRY_BYTES);
  clusters.forEach(({ index, offset, size, hash }, at) => {
    packed.writeUInt32BE(index, at * ENTRY_BYTES);
    packed.writeUInt32BE(offset, at * ENTRY_BYTES + 4);
    packed.writeUInt32BE(size, at * ENTRY_BYTES + 8);
    packed.set(hash, at * ENTRY_BYTES + 12);
  });
  return packed;
}

export function* partClusters({ part_number, clusters }: PartRecord): Generator<PartCluster> {
  if (clusters.length % ENTRY_BYTES !== 0) throw new Error(`The record of part ${part_number} is cut short`);
  for (let at = 0; at < clusters.length; at += ENTRY_BYTES) {
    yield {
      index: clusters.readUInt32BE(at),
      offset: clusters.readUInt32BE(at + 4),
      size: clusters.readUInt32BE(at + 8),
      hash: clusters.subarray(at + 12, at + ENTRY_BYTES),
    };
  }
}
