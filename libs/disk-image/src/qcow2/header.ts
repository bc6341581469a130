import { InspectionRefusal } from '../inspection-refusal.ts';
import { virtualSizeOf } from '../inspect/image-file.ts';
import type { InspectionLimits } from '../inspect/limits.ts';
import { EXTENSION, FEATURE, KNOWN_FEATURES } from './format.ts';
import type { CompressionType, Qcow2Header } from './format.ts';

const MAX_L1_BYTES = 32 * 2 ** 20; // as qemu has it
const MAX_REFCOUNT_TABLE_BYTES = 8 * 2 ** 20;
const V2_HEADER_BYTES = 72;
const V3_HEADER_BYTES = 104;

interface Subject {
  readonly head: Buffer;
  readonly fileSize: number;
}

/** Parses and judges a qcow2 header from the first bytes of the file; reads nothing. Throws `InspectionRefusal`. */
export function parseQcow2Header(head: Buffer, fileSize: number, limits: InspectionLimits): Qcow2Header {
  if (head.length < V2_HEADER_BYTES)
    throw new InspectionRefusal('image.truncated', 'The file ends inside the qcow2 header', head.length);
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3)
    throw new InspectionRefusal('image.version', `qcow2 version ${version} is not known`, 4);
  if (version === 3 && head.length < V3_HEADER_BYTES) {
    throw new InspectionRefusal('image.truncated', 'The file ends inside the qcow2 header', head.length);
  }
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21)
    throw new InspectionRefusal('image.cluster_bits', `cluster_bits is ${clusterBits}, not 9 to 21`, 20);
  refuseDependencies(head);
  const features = version === 3 ? head.readBigUInt64BE(72) : 0n;
  refuseFeatures(features);
  const clusterSize = 2 ** clusterBits;
  const headerBytes = version === 3 ? headerLength(head, clusterSize) : V2_HEADER_BYTES;
  const compression = compressionType(head, features, headerBytes);
  refuseExtensions(head, headerBytes, clusterSize);
  const virtualSize = virtualSizeOf(head.readBigUInt64BE(24), limits, 24);
  return {
    version,
    clusterBits,
    clusterSize,
    virtualSize,
    compression,
    dirty: (features & FEATURE.dirty) !== 0n,
    snapshots: head.readUInt32BE(60),
    ...locateTables({ head, fileSize }, { clusterSize, virtualSize }),
  };
}

function refuseDependencies(head: Buffer): void {
  if (head.readBigUInt64BE(8) !== 0n || head.readUInt32BE(16) !== 0) {
    throw new InspectionRefusal('image.backing_file', 'The image depends on a backing file', 8);
  }
  const method = head.readUInt32BE(32);
  if (method !== 0) throw new InspectionRefusal('image.encrypted', `The image is encrypted (method ${method})`, 32);
}

function refuseFeatures(features: bigint): void {
  const has = (bit: bigint): boolean => (features & bit) !== 0n;
  if (has(FEATURE.dataFile)) throw new InspectionRefusal('image.external_data_file', 'The data is in another file', 72);
  if (has(FEATURE.corrupt)) throw new InspectionRefusal('image.corrupt', 'The image is marked corrupt', 72);
  if ((features & ~KNOWN_FEATURES) !== 0n) {
    throw new InspectionRefusal(
      'image.incompatible_features',
      `Unknown incompatible features 0x${(features & ~KNOWN_FEATURES).toString(16)}`,
      72,
    );
  }
  if (has(FEATURE.extendedL2))
    throw new InspectionRefusal('image.extended_l2', 'Subclusters (extended L2 entries) are not supported', 72);
}

function headerLength(head: Buffer, clusterSize: number): number {
  const length = head.readUInt32BE(100);
  if (length < V3_HEADER_BYTES || length % 8 !== 0 || length > clusterSize || length > head.length) {
    throw new InspectionRefusal('image.header', `The header claims a length of ${length} bytes`, 100);
  }
  const refcountOrder = head.readUInt32BE(96);
  if (refcountOrder > 6)
    throw new InspectionRefusal('image.header', `refcount_order is ${refcountOrder}, not 0 to 6`, 96);
  return length;
}

function compressionType(head: Buffer, features: bigint, headerBytes: number): CompressionType {
  const type = headerBytes > V3_HEADER_BYTES ? head.readUInt8(104) : 0;
  if (type > 1 || (type === 1) !== ((features & FEATURE.compression) !== 0n)) {
    throw new InspectionRefusal(
      'image.compression_type',
      `Compression type ${type} does not fit the feature bits`,
      104,
    );
  }
  return type === 1 ? 'zstd' : 'zlib';
}

/** Walks the header extensions; those that make the image depend on something else, or need a key, are refused. */
function refuseExtensions(head: Buffer, headerBytes: number, clusterSize: number): void {
  const end = Math.min(clusterSize, head.length);
  for (let at = headerBytes; at + 8 <= end;) {
    const type = head.readUInt32BE(at);
    const length = head.readUInt32BE(at + 4);
    if (type === EXTENSION.end) return;
    if (type === EXTENSION.backingFormat)
      throw new InspectionRefusal('image.backing_file', 'The header names a backing format', at);
    if (type === EXTENSION.dataFile)
      throw new InspectionRefusal('image.external_data_file', 'The header names a data file', at);
    if (type === EXTENSION.encryption)
      throw new InspectionRefusal('image.encrypted', 'The header has an encryption header', at);
    if (at + 8 + length > end)
      throw new InspectionRefusal('image.header', `Header extension 0x${type.toString(16)} runs out of the header`, at);
    at += 8 + Math.ceil(length / 8) * 8;
  }
}

type Tables = Pick<Qcow2Header, 'l1Offset' | 'l1Entries' | 'l1Bytes' | 'refcountTableOffset' | 'refcountTableBytes'>;

function locateTables(subject: Subject, disk: { clusterSize: number; virtualSize: number }): Tables {
  const { head } = subject;
  const { clusterSize, virtualSize } = disk;
  const l1Entries = Math.ceil(virtualSize / (clusterSize * (clusterSize / 8)));
  const l1Bytes = head.readUInt32BE(36) * 8;
  if (l1Bytes > MAX_L1_BYTES || l1Bytes < l1Entries * 8) {
    throw new InspectionRefusal(
      'image.tables',
      `The L1 table has ${l1Bytes / 8} entries, the disk needs ${l1Entries}`,
      36,
    );
  }
  const refcountTableBytes = head.readUInt32BE(56) * clusterSize;
  if (refcountTableBytes === 0 || refcountTableBytes > MAX_REFCOUNT_TABLE_BYTES) {
    throw new InspectionRefusal('image.tables', `The refcount table has ${refcountTableBytes} bytes`, 56);
  }
  return {
    l1Entries,
    l1Bytes,
    refcountTableBytes,
    l1Offset: tableOffset(subject, { field: 40, bytes: l1Bytes, clusterSize, name: 'L1 table' }),
    refcountTableOffset: tableOffset(subject, {
      field: 48,
      bytes: refcountTableBytes,
      clusterSize,
      name: 'refcount table',
    }),
  };
}

interface TableField {
  readonly field: number;
  readonly bytes: number;
  readonly clusterSize: number;
  readonly name: string;
}

function tableOffset({ head, fileSize }: Subject, { field, bytes, clusterSize, name }: TableField): number {
  const offset = Number(head.readBigUInt64BE(field)); // above 2^53 it is rounded, and still outside of any file
  if (offset % clusterSize !== 0)
    throw new InspectionRefusal('image.offset_unaligned', `The ${name} is not aligned to a cluster`, field);
  if (offset < clusterSize) throw new InspectionRefusal('image.overlap', `The ${name} overlaps the header`, field);
  if (offset + bytes > fileSize)
    throw new InspectionRefusal('image.offset_out_of_file', `The ${name} is outside of the file`, field);
  return offset;
}
