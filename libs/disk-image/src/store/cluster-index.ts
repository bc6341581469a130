import { STORED_CLUSTER_SIZE } from './layout.ts';

/** A cluster as the index has it. */
export interface IndexedCluster {
  readonly index: number;
  /** Bytes of its zstd frame. */
  readonly size: number;
  /** SHA-256 of the whole cluster, the zeros behind the end of the disk included. */
  readonly hash: Uint8Array;
}

const MAGIC = 'IMAGOIX1';
const HEADER_BYTES = 32;
const HASH_BYTES = 32;
const ENTRY_BYTES = 8 + HASH_BYTES;

/**
 * The index of a stored image. All numbers are big-endian.
 *
 *      0  8  magic "IMAGOIX1"
 *      8  8  virtual size of the disk, bytes
 *     16  4  cluster size, bytes
 *     20  4  number of entries
 *     24  8  zeros
 *     32     entries of 40 bytes, ascending by cluster; what has none reads as zeros
 *            0   4  cluster index
 *            4   4  bytes of the cluster's zstd frame in the object
 *            8  32  SHA-256 of the cluster
 *
 * It says what is in the image and not where: the same disk has the same index whatever file it came from and however
 * its clusters were ordered. So its hash is the identity of the image.
 */
export function packIndex(virtualSize: number, clusters: readonly IndexedCluster[]): Buffer {
  const packed = Buffer.alloc(HEADER_BYTES + clusters.length * ENTRY_BYTES);
  packed.write(MAGIC, 0, 'latin1');
  packed.writeBigUInt64BE(BigInt(virtualSize), 8);
  packed.writeUInt32BE(STORED_CLUSTER_SIZE, 16);
  packed.writeUInt32BE(clusters.length, 20);
  clusters.forEach(({ index, size, hash }, at) => {
    const entry = HEADER_BYTES + at * ENTRY_BYTES;
    packed.writeUInt32BE(index, entry);
    packed.writeUInt32BE(size, entry + 4);
    packed.set(hash, entry + 8);
  });
  return packed;
}

export interface ClusterIndex {
  readonly virtualSize: number;
  readonly clusters: readonly IndexedCluster[];
}

/** Reads an index back. Throws when it is none. */
export function unpackIndex(packed: Buffer): ClusterIndex {
  const count = packed.length >= HEADER_BYTES ? packed.readUInt32BE(20) : -1;
  if (packed.toString('latin1', 0, 8) !== MAGIC || packed.length !== HEADER_BYTES + count * ENTRY_BYTES) {
    throw new Error('This is no whole index of a stored image');
  }
  const clusters = Array.from({ length: count }, (_, at) => {
    const entry = HEADER_BYTES + at * ENTRY_BYTES;
    return {
      index: packed.readUInt32BE(entry),
      size: packed.readUInt32BE(entry + 4),
      hash: packed.subarray(entry + 8, entry + ENTRY_BYTES),
    };
  });
  return { virtualSize: Number(packed.readBigUInt64BE(8)), clusters };
}
