import { QCOW2_MAGIC } from '../qcow2/format.ts';
import type { DiskShape } from './disk-shape.ts';
import { blocksSection, bytesSection, FileLayout, tableSection } from './file-layout.ts';
import type { Section, Table } from './file-layout.ts';

/**
 * A qcow2 as qemu makes them by default, clusters of 64 KiB, nothing compressed: for disks that are not stored as qcow2,
 * and for who wants to run the file instead of keeping it. Numbers are big-endian; every cluster is used once.
 *
 *   header, table of refcount blocks, refcount blocks, L1, L2 tables, clusters of the disk
 */
const CLUSTER_BITS = 16;
const CLUSTER = 2 ** CLUSTER_BITS;
const ENTRIES = CLUSTER / 8;
const REFCOUNTS = CLUSTER / 2;
/** Of an entry of L1 and L2: the cluster is used once. */
const COPIED = 1n << 63n;

export function plainQcow2(shape: DiskShape): FileLayout {
  const clusters = shape.runsOf(CLUSTER);
  const tables = shape.runsOf(CLUSTER * ENTRIES);
  const l1Entries = Math.ceil(shape.bytes / (CLUSTER * ENTRIES));
  const l1Clusters = Math.ceil((l1Entries * 8) / CLUSTER);
  const { refcountClusters, blocks, total } = countClusters(1 + l1Clusters + tables.count + clusters.count);
  const l1Offset = (1 + refcountClusters + blocks) * CLUSTER;
  const l2Offset = l1Offset + l1Clusters * CLUSTER;
  const dataOffset = l2Offset + tables.count * CLUSTER;
  const table = (entries: number, entryBytes: number, write: Table['write']): Section =>
    tableSection({ entries, entryBytes, padTo: CLUSTER, write });
  const header = makeHeader(shape.bytes, { l1Entries, l1Offset, refcountClusters });
  return new FileLayout([
    bytesSection(header),
    table(blocks, 8, (into, at, block) => {
      into.writeBigUInt64BE(BigInt((1 + refcountClusters + block) * CLUSTER), at);
    }),
    table(total, 2, (into, at) => {
      into.writeUInt16BE(1, at);
    }),
    table(l1Entries, 8, (into, at, entry) => {
      if (tables.has(entry)) into.writeBigUInt64BE(COPIED | BigInt(l2Offset + tables.rankOf(entry) * CLUSTER), at);
    }),
    table(tables.count * ENTRIES, 8, (into, at, entry) => {
      const cluster = tables.at(Math.floor(entry / ENTRIES)) * ENTRIES + (entry % ENTRIES);
      if (!clusters.has(cluster)) return;
      into.writeBigUInt64BE(COPIED | BigInt(dataOffset + clusters.rankOf(cluster) * CLUSTER), at);
    }),
    blocksSection({ runs: clusters, blockSize: CLUSTER, diskBytes: shape.bytes }),
  ]);
}

/** Refcounts count themselves: as many blocks as cover all clusters, with the blocks and their table. */
function countClusters(others: number): { refcountClusters: number; blocks: number; total: number } {
  let total = others;
  for (;;) {
    const blocks = Math.ceil(total / REFCOUNTS);
    const refcountClusters = Math.ceil((blocks * 8) / CLUSTER);
    const all = others + blocks + refcountClusters;
    if (all === total) return { refcountClusters, blocks, total };
    total = all;
  }
}

interface Tables {
  readonly l1Entries: number;
  readonly l1Offset: number;
  readonly refcountClusters: number;
}

function makeHeader(bytes: number, { l1Entries, l1Offset, refcountClusters }: Tables): Buffer {
  const header = Buffer.alloc(CLUSTER);
  header.writeUInt32BE(QCOW2_MAGIC, 0);
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(CLUSTER_BITS, 20);
  header.writeBigUInt64BE(BigInt(bytes), 24);
  header.writeUInt32BE(l1Entries, 36);
  header.writeBigUInt64BE(BigInt(l1Offset), 40);
  header.writeBigUInt64BE(BigInt(CLUSTER), 48);
  header.writeUInt32BE(refcountClusters, 56);
  header.writeUInt32BE(4, 96); // refcounts of 2^4 bits
  header.writeUInt32BE(104, 100);
  return header;
}
