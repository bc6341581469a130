import { createHash } from 'node:crypto';
import { COMPRESSED_SECTOR, compressedEntry, FEATURE, QCOW2_MAGIC } from '../qcow2/format.ts';
import { packIndex } from './cluster-index.ts';
import type { IndexedClusters } from './cluster-index.ts';
import { FIRST_DATA_PART, STORED_CLUSTER_BITS, STORED_CLUSTER_SIZE, storedLayout } from './layout.ts';
import type { StoredLayout } from './layout.ts';
import { HASH_BYTES, partClusters } from './part-record.ts';
import type { PartRecord } from './part-record.ts';

export interface SealedImage {
  /** Part 1. */
  readonly head: Buffer;
  /** Bytes of the whole object. */
  readonly size: number;
  /** Content of `<key>.index`. */
  readonly index: Buffer;
  /** SHA-256 over the index, hex: the image's identity. */
  readonly indexHash: string;
  /** Bytes of the disk in clusters that hold data. */
  readonly allocatedBytes: number;
}

/** Makes the head and the index of a stored image. Pure: the same records give the same bytes. */
export function sealStoredImage(virtualSize: number, parts: readonly PartRecord[]): SealedImage {
  const layout = storedLayout(virtualSize);
  const placed = placeClusters(layout, parts);
  const size = layout.headBytes + parts.reduce((sum, part) => sum + part.size, 0);
  const index = packIndex(virtualSize, placed);
  const lastStart = (layout.clusters - 1) * STORED_CLUSTER_SIZE;
  const missing = placed.sizes.at(-1) === 0 ? 0 : lastStart + STORED_CLUSTER_SIZE - virtualSize;
  return {
    head: makeHead({ virtualSize, layout, placed, size }),
    size,
    index,
    indexHash: createHash('sha256').update(index).digest('hex'),
    allocatedBytes: placed.count * STORED_CLUSTER_SIZE - missing,
  };
}

/** What became of each cluster of the disk. Columns, since a large disk has a million of them. */
interface PlacedClusters extends IndexedClusters {
  /** In the object. */
  readonly offsets: Float64Array;
}

/** Records that do not fit together are a mistake of ours: it throws. */
function placeClusters(layout: StoredLayout, parts: readonly PartRecord[]): PlacedClusters {
  const offsets = new Float64Array(layout.clusters);
  const sizes = new Uint32Array(layout.clusters);
  const hashes = new Uint8Array(layout.clusters * HASH_BYTES);
  let count = 0;
  let partOffset = layout.headBytes;
  parts.forEach((part, at) => {
    if (part.part_number !== at + FIRST_DATA_PART) throw new Error(`Part ${at + FIRST_DATA_PART} is missing`);
    for (const { index, offset, size, hash } of partClusters(part)) {
      if (index >= layout.clusters || offset + size > part.size || size === 0) {
        throw new Error(`The record of part ${part.part_number} places cluster ${index} outside of the image`);
      }
      if (sizes[index] !== 0) throw new Error(`Cluster ${index} is in two places`);
      offsets[index] = partOffset + offset;
      sizes[index] = size;
      hashes.set(hash, index * HASH_BYTES);
      count += 1;
    }
    partOffset += part.size;
  });
  return { offsets, sizes, hashes, count };
}

interface Image {
  readonly virtualSize: number;
  readonly layout: StoredLayout;
  readonly placed: PlacedClusters;
  readonly size: number;
}

function makeHead({ virtualSize, layout, placed, size }: Image): Buffer {
  const head = Buffer.alloc(layout.headBytes);
  writeHeader(head, virtualSize, layout);
  for (let block = 0; block < layout.refcountBlocks; block += 1) {
    const offset = BigInt(layout.refcountBlocksOffset + block * STORED_CLUSTER_SIZE);
    head.writeBigUInt64BE(offset, layout.refcountTableOffset + block * 8);
  }
  for (let table = 0; table < layout.l2Tables; table += 1) {
    const offset = BigInt(layout.l2Offset + table * STORED_CLUSTER_SIZE);
    head.writeBigUInt64BE((1n << 63n) | offset, layout.l1Offset + table * 8);
  }
  const count = (start: number, end: number): void => {
    const last = Math.ceil(end / STORED_CLUSTER_SIZE);
    for (let cluster = Math.floor(start / STORED_CLUSTER_SIZE); cluster < last; cluster += 1) {
      const at = layout.refcountBlocksOffset + cluster * 2;
      head.writeUInt16BE(head.readUInt16BE(at) + 1, at);
    }
  };
  for (let at = 0; at < layout.headBytes; at += STORED_CLUSTER_SIZE) count(at, at + STORED_CLUSTER_SIZE);
  placed.sizes.forEach((bytes, index) => {
    if (bytes === 0) return;
    const offset = placed.offsets[index] ?? 0;
    head.writeBigUInt64BE(compressedEntry(offset, bytes, STORED_CLUSTER_BITS), layout.l2Offset + index * 8);
    // Compressed data counts for every cluster its sectors touch.
    const end = Math.ceil((offset + bytes) / COMPRESSED_SECTOR) * COMPRESSED_SECTOR;
    count(offset - (offset % COMPRESSED_SECTOR), Math.min(end, size));
  });
  return head;
}

const HEADER_BYTES = 112;

function writeHeader(head: Buffer, virtualSize: number, layout: StoredLayout): void {
  head.writeUInt32BE(QCOW2_MAGIC, 0);
  head.writeUInt32BE(3, 4);
  head.writeUInt32BE(STORED_CLUSTER_BITS, 20);
  head.writeBigUInt64BE(BigInt(virtualSize), 24);
  head.writeUInt32BE(layout.l2Tables, 36);
  head.writeBigUInt64BE(BigInt(layout.l1Offset), 40);
  head.writeBigUInt64BE(BigInt(layout.refcountTableOffset), 48);
  head.writeUInt32BE(1, 56);
  head.writeBigUInt64BE(FEATURE.compression, 72);
  head.writeUInt32BE(4, 96); // refcounts of 2^4 bits
  head.writeUInt32BE(HEADER_BYTES, 100);
  head.writeUInt8(1, 104); // zstd
}
