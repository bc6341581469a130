import { COMPRESSED_SECTOR, compressedEntry, FEATURE, QCOW2_MAGIC, ZERO_ENTRY } from '../qcow2/format.ts';
import { STORED_CLUSTER_BITS, STORED_CLUSTER_SIZE } from './layout.ts';
import type { StoredLayout } from './layout.ts';

/** Where the frames of an image are. Columns, since a large disk has a million of them. */
export interface PlacedFrames {
  /** In the object, by cluster. */
  readonly offsets: Float64Array;
  /** Bytes by cluster; 0 for one that has no frame. */
  readonly sizes: Uint32Array;
  /** 1 for each cluster that carries the zero flag, when the image is a layer. */
  readonly zeroed?: Uint8Array;
}

export interface ImageOutline {
  readonly virtualSize: number;
  readonly layout: StoredLayout;
  readonly placed: PlacedFrames;
  /** Bytes of the whole object. */
  readonly size: number;
}

/** Header, refcounts, L1 and L2 of a stored image. */
export function makeHead({ virtualSize, layout, placed, size }: ImageOutline): Buffer {
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
  placed.zeroed?.forEach((isZeroed, index) => {
    if (isZeroed === 1) head.writeBigUInt64BE(ZERO_ENTRY, layout.l2Offset + index * 8);
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
