import { STORED_CLUSTER_SIZE } from './layout.ts';
import { HASH_BYTES } from './part-record.ts';

/** All clusters of a disk as columns; what has no size reads as zeros. */
export interface IndexedClusters {
  /** Bytes of the zstd frame of each cluster. */
  readonly sizes: Uint32Array;
  /** SHA-256 of each whole cluster, the zeros behind the end of the disk included. */
  readonly hashes: Uint8Array;
  /** How many there are. */
  readonly count: number;
}

const MAGIC = 'IMAGOIX1';
const HEADER_BYTES = 32;
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
export function packIndex(virtualSize: number, { sizes, hashes, count }: IndexedClusters): Buffer {
  const packed = Buffer.alloc(HEADER_BYTES + count * ENTRY_BYTES);
  packed.write(MAGIC, 0, 'latin1');
  packed.writeBigUInt64BE(BigInt(virtualSize), 8);
  packed.writeUInt32BE(STORED_CLUSTER_SIZE, 16);
  packed.writeUInt32BE(count, 20);
  let entry = HEADER_BYTES;
  sizes.forEach((size, index) => {
    if (size === 0) return;
    packed.writeUInt32BE(index, entry);
    packed.writeUInt32BE(size, entry + 4);
    packed.set(hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES), entry + 8);
    entry += ENTRY_BYTES;
  });
  return packed;
}

/** A cluster as the index has it. */
export interface IndexedCluster {
  readonly index: number;
  readonly size: number;
  readonly hash: Uint8Array;
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
