import { createHash } from 'node:crypto';
import { MAX_FRAME_BYTES, STORED_CLUSTER_SIZE } from './layout.ts';
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
const SECTOR = 512n;
const ZEROS = Buffer.alloc(STORED_CLUSTER_SIZE);

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
 * It says what is on the disk and not where: the same disk has the same index whatever file it came from, however its
 * clusters were ordered, and through however many layers it is read. So its hash is the identity of the image. It covers
 * the size of the disk, the content of every cluster, and the size of each compressed frame, which is what fixes the
 * layout of the flattened form; not the frames themselves, nor objects, parents and places. A layer on an image and a
 * full import of the same content are the same image when their frames have the same sizes, as one encoder makes them.
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

/** What every cluster of a disk is. It stays packed, 40 bytes a cluster: a disk of a TiB has a million of them. */
export class ClusterIndex {
  /** Bytes of the disk. */
  readonly virtualSize: number;
  /** Clusters that hold data; entries are numbered from 0, ascending by cluster. */
  readonly count: number;
  private readonly entries: Buffer;

  /** For `unpackIndex`, which has checked the entries. */
  constructor(virtualSize: number, entries: Buffer) {
    this.virtualSize = virtualSize;
    this.count = entries.length / ENTRY_BYTES;
    this.entries = entries;
  }

  /** All entries at once, as objects: some 200 bytes for each. */
  get clusters(): readonly IndexedCluster[] {
    return Array.from({ length: this.count }, (_, entry) => ({
      index: this.cluster(entry),
      size: this.size(entry),
      hash: this.hash(entry),
    }));
  }

  /** Number of the entry's cluster. */
  cluster(entry: number): number {
    return this.entries.readUInt32BE(entry * ENTRY_BYTES);
  }

  /** Bytes of the entry's frame. */
  size(entry: number): number {
    return this.entries.readUInt32BE(entry * ENTRY_BYTES + 4);
  }

  /** SHA-256 of the entry's whole cluster. */
  hash(entry: number): Buffer {
    return this.entries.subarray(entry * ENTRY_BYTES + 8, (entry + 1) * ENTRY_BYTES);
  }

  /** The entry of a cluster; none when it reads as zeros. */
  find(cluster: number): number | undefined {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.cluster(middle);
      if (found === cluster) return middle;
      if (found < cluster) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** Whether a cluster holds data of this SHA-256. */
  has(cluster: number, hash: Uint8Array): boolean {
    const entry = this.find(cluster);
    return entry !== undefined && this.hash(entry).equals(hash);
  }

  /** Whether a cluster has the bytes it must have. Those of the last one may end with the disk. */
  fits(cluster: number, data: Buffer): boolean {
    if (this.find(cluster) === undefined) return data.equals(ZEROS.subarray(0, data.length));
    return this.has(cluster, createHash('sha256').update(data).update(ZEROS.subarray(data.length)).digest());
  }
}

/** The most bytes an index of a disk of so many bytes has. */
export function longestIndex(virtualSize: number): number {
  return HEADER_BYTES + Math.ceil(virtualSize / STORED_CLUSTER_SIZE) * ENTRY_BYTES;
}

/** What an index must be: its SHA-256, hex, and where it is known the bytes of its disk. */
export interface PromisedIndex {
  readonly hash: string | null;
  readonly virtualSize?: number;
}

/** Reads an index back that must be the very one that was stored. Throws when it is another. */
export function openIndex(packed: Buffer, { hash, virtualSize }: PromisedIndex): ClusterIndex {
  if (createHash('sha256').update(packed).digest('hex') !== hash) {
    throw new Error('The index is not the one of the image');
  }
  const index = unpackIndex(packed);
  if (virtualSize !== undefined && index.virtualSize !== virtualSize) {
    throw new Error('The index is of a disk of another size');
  }
  return index;
}

/** Reads an index back. Throws when it is none, or says what none of ours can say. */
export function unpackIndex(packed: Buffer): ClusterIndex {
  const count = packed.length >= HEADER_BYTES ? packed.readUInt32BE(20) : -1;
  if (packed.toString('latin1', 0, 8) !== MAGIC || packed.length !== HEADER_BYTES + count * ENTRY_BYTES) {
    throw new Error('This is no whole index of a stored image');
  }
  const bytes = packed.readBigUInt64BE(8);
  const isDisk = bytes > 0n && bytes % SECTOR === 0n && bytes <= BigInt(Number.MAX_SAFE_INTEGER);
  if (!isDisk || packed.readUInt32BE(16) !== STORED_CLUSTER_SIZE) {
    throw new Error('The index is not of a disk of ours');
  }
  const index = new ClusterIndex(Number(bytes), packed.subarray(HEADER_BYTES));
  const clusters = Math.ceil(index.virtualSize / STORED_CLUSTER_SIZE);
  let next = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const cluster = index.cluster(entry);
    const size = index.size(entry);
    if (cluster < next || cluster >= clusters || size === 0 || size > MAX_FRAME_BYTES) {
      throw new Error(`Entry ${entry} of the index cannot be: cluster ${cluster} with a frame of ${size} bytes`);
    }
    next = cluster + 1;
  }
  return index;
}
