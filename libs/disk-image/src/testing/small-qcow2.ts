import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import { compressedEntry, FEATURE, QCOW2_MAGIC } from '../qcow2/format.ts';

const CLUSTER_BITS = 12;

/** Where the small file has what; all in its own clusters of 4 KiB. */
export const SMALL = {
  clusterBits: CLUSTER_BITS,
  clusterSize: 2 ** CLUSTER_BITS,
  /** Two L2 tables' worth. */
  virtualSize: 4 * 2 ** 20,
  refcountTable: 0x1000,
  refcountBlock: 0x2000,
  l1: 0x3000,
  /** Of the first half of the disk, and of the second. */
  l2: [0x4000, 0x5000],
  /** Plain clusters 0, 1 and 2 of the disk; then 512 of its second half. */
  data: [0x6000, 0x7000, 0x8000, 0x9000],
  /** Compressed clusters 3 and 4 of the disk, one behind the other. */
  compressed: 0xa000,
  fileSize: 0xb000,
} as const;

/** Fields of the header, by the names of the specification. */
export const FIELD = {
  version: 4,
  backingFileOffset: 8,
  backingFileSize: 16,
  clusterBits: 20,
  size: 24,
  cryptMethod: 32,
  l1Size: 36,
  l1TableOffset: 40,
  refcountTableOffset: 48,
  refcountTableClusters: 56,
  snapshots: 60,
  incompatibleFeatures: 72,
  refcountOrder: 96,
  headerLength: 100,
  compressionType: 104,
  extensions: 112,
} as const;

export interface SmallQcow2Options {
  readonly version?: 2 | 3;
  readonly compression?: 'zlib' | 'zstd';
  /** What the two compressed clusters hold instead of their own compressed bytes. */
  readonly compressed?: Buffer;
}

/** Content of the disk's cluster. */
export const smallCluster = (index: number): Buffer => Buffer.alloc(SMALL.clusterSize, `cluster ${index}; `);

/** A valid qcow2 file of 44 KiB with plain and compressed clusters: what tests begin with before they break something. */
export function smallQcow2({ version = 3, compression = 'zlib', compressed }: SmallQcow2Options = {}): Buffer {
  const file = Buffer.alloc(SMALL.fileSize);
  file.writeUInt32BE(QCOW2_MAGIC, 0);
  file.writeUInt32BE(version, FIELD.version);
  file.writeUInt32BE(SMALL.clusterBits, FIELD.clusterBits);
  file.writeBigUInt64BE(BigInt(SMALL.virtualSize), FIELD.size);
  file.writeUInt32BE(2, FIELD.l1Size);
  file.writeBigUInt64BE(BigInt(SMALL.l1), FIELD.l1TableOffset);
  file.writeBigUInt64BE(BigInt(SMALL.refcountTable), FIELD.refcountTableOffset);
  file.writeUInt32BE(1, FIELD.refcountTableClusters);
  if (version === 3) {
    file.writeUInt32BE(4, FIELD.refcountOrder);
    file.writeUInt32BE(112, FIELD.headerLength);
    if (compression === 'zstd') {
      file.writeBigUInt64BE(FEATURE.compression, FIELD.incompatibleFeatures);
      file.writeUInt8(1, FIELD.compressionType);
    }
  }
  file.writeBigUInt64BE(BigInt(SMALL.refcountBlock), SMALL.refcountTable);
  SMALL.l2.forEach((offset, at) => file.writeBigUInt64BE(copied(offset), SMALL.l1 + at * 8));
  SMALL.data.forEach((offset, at) => {
    const cluster = at === 3 ? SMALL.clusterSize / 8 : at;
    file.writeBigUInt64BE(copied(offset), smallEntry(cluster));
    smallCluster(cluster).copy(file, offset);
  });
  let end: number = SMALL.compressed;
  for (const cluster of [3, 4]) {
    const bytes = compressed ?? compress(smallCluster(cluster), compression);
    file.writeBigUInt64BE(compressedEntry(end, bytes.length, SMALL.clusterBits), smallEntry(cluster));
    end += bytes.copy(file, end);
  }
  for (let cluster = 0; cluster < SMALL.fileSize / SMALL.clusterSize; cluster += 1) {
    file.writeUInt16BE(cluster === SMALL.compressed / SMALL.clusterSize ? 2 : 1, SMALL.refcountBlock + cluster * 2);
  }
  return file;
}

/** What the guest sees. */
export function smallQcow2Content(): Buffer {
  const content = Buffer.alloc(SMALL.virtualSize);
  for (const cluster of [0, 1, 2, 3, 4, 512]) smallCluster(cluster).copy(content, cluster * SMALL.clusterSize);
  return content;
}

/** Where the L2 entry of a cluster of the disk stands. */
export function smallEntry(cluster: number): number {
  const perTable = SMALL.clusterSize / 8;
  return (cluster < perTable ? SMALL.l2[0] : SMALL.l2[1]) + (cluster % perTable) * 8;
}

/** An entry of a cluster that is in use once. */
export const copied = (offset: number): bigint => (1n << 63n) | BigInt(offset);

export function compress(data: Buffer, compression: 'zlib' | 'zstd'): Buffer {
  return compression === 'zstd' ? zstdCompressSync(data) : deflateRawSync(data, { windowBits: 12 });
}
