import { gzipSync } from 'node:zlib';
import type { InspectionCode } from '../inspection-refusal.ts';
import type { SourceFormat } from '../inspect/declared-format.ts';
import { compressedEntry } from '../qcow2/format.ts';
import type { Break, HostileFile } from './hostile-file.ts';
import { compress, copied, FIELD, SMALL, smallCluster, smallEntry, smallQcow2 } from './small-qcow2.ts';
import type { SmallQcow2Options } from './small-qcow2.ts';

/** A small valid qcow2 file with something broken in place, or put in its place. */
function broken(name: string, code: InspectionCode, damage: Break, options?: SmallQcow2Options): HostileFile {
  const file = smallQcow2(options);
  const other = damage(file);
  return { name, code, bytes: Buffer.isBuffer(other) ? other : file, declared: 'qcow2', found: 'inspecting' };
}

function field32(name: string, code: InspectionCode, field: number, value: number): HostileFile {
  return broken(name, code, (file) => file.writeUInt32BE(value, field));
}

function field64(name: string, code: InspectionCode, field: number, value: bigint | number): HostileFile {
  return broken(name, code, (file) => file.writeBigUInt64BE(BigInt(value), field));
}

function extension(file: Buffer, type: number, data: string): number {
  file.writeUInt32BE(type, FIELD.extensions);
  file.writeUInt32BE(data.length, FIELD.extensions + 4);
  return file.write(data, FIELD.extensions + 8, 'latin1');
}

function backing(name: string): (file: Buffer) => void {
  return (file) => {
    file.writeBigUInt64BE(0x200n, FIELD.backingFileOffset);
    file.writeUInt32BE(name.length, FIELD.backingFileSize);
    file.write(name, 0x200, 'latin1');
  };
}

const FEATURES = FIELD.incompatibleFeatures;
const GIB = 2 ** 30;

const DEPENDENT: readonly HostileFile[] = [
  broken('a backing file', 'image.backing_file', backing('/etc/passwd')),
  broken(
    'a json: backing file',
    'image.backing_file',
    backing('json:{"driver":"raw","file":{"filename":"/etc/shadow"}}'),
  ),
  broken('a backing format without a file', 'image.backing_file', (file) => extension(file, 0xe2792aca, 'raw')),
  broken('an external data file', 'image.external_data_file', (file) => {
    file.writeBigUInt64BE(4n, FEATURES);
    extension(file, 0x44415441, '/etc/passwd');
  }),
  field64('an external data file without a name', 'image.external_data_file', FEATURES, 4),
  broken('a data file without its feature bit', 'image.external_data_file', (file) => extension(file, 0x44415441, 'x')),
  field32('AES encryption', 'image.encrypted', FIELD.cryptMethod, 1),
  field32('LUKS encryption without its header', 'image.encrypted', FIELD.cryptMethod, 2),
  broken('a LUKS header without its method', 'image.encrypted', (file) => extension(file, 0x0537be77, 'x'.repeat(16))),
];

const ABSURD: readonly HostileFile[] = [
  field64('a virtual size near 2^63', 'image.virtual_size', FIELD.size, 2n ** 63n - 512n),
  field64('a virtual size over the limit', 'image.virtual_size', FIELD.size, 1024 * GIB + 512),
  field64('a virtual size of nothing', 'image.virtual_size', FIELD.size, 0),
  field64('a virtual size that is no whole sectors', 'image.virtual_size', FIELD.size, SMALL.virtualSize - 1),
  field32('an L1 table of 2^31 entries', 'image.tables', FIELD.l1Size, 2 ** 31),
  field32('an L1 table that is too small', 'image.tables', FIELD.l1Size, 1),
  field32('a refcount table of 2^32 clusters', 'image.tables', FIELD.refcountTableClusters, 2 ** 32 - 1),
  field32('no refcount table', 'image.tables', FIELD.refcountTableClusters, 0),
  field32('cluster_bits of 31', 'image.cluster_bits', FIELD.clusterBits, 31),
  field32('cluster_bits of 8', 'image.cluster_bits', FIELD.clusterBits, 8),
  field32('version 4', 'image.version', FIELD.version, 4),
  field32('version 0', 'image.version', FIELD.version, 0),
  field64('an unknown feature', 'image.incompatible_features', FEATURES, 1n << 40n),
  field64('the corrupt bit', 'image.corrupt', FEATURES, 2),
  field64('extended L2 entries', 'image.extended_l2', FEATURES, 16),
  field64('zstd in the features only', 'image.compression_type', FEATURES, 8),
  broken('zstd in the type only', 'image.compression_type', (file) => file.writeUInt8(1, FIELD.compressionType)),
  field32('a header length over all bounds', 'image.header', FIELD.headerLength, 2 ** 32 - 8),
  field32('a header length under the least', 'image.header', FIELD.headerLength, 72),
  field32('a refcount order of 7', 'image.header', FIELD.refcountOrder, 7),
  broken('an extension that runs out of the header', 'image.header', (file) => {
    file.writeUInt32BE(0x6803f857, FIELD.extensions);
    file.writeUInt32BE(2 ** 32 - 16, FIELD.extensions + 4);
  }),
];

const L1_ENTRY = SMALL.l1;

/** For each pointer of the format: past the end, not aligned, into the header. */
const STRAY: readonly HostileFile[] = (
  [
    ['the L1 table', FIELD.l1TableOffset],
    ['the refcount table', FIELD.refcountTableOffset],
    ['an L2 table', L1_ENTRY],
    ['a cluster', smallEntry(1)],
  ] as const
).flatMap(([name, at]) => [
  field64(`${name} past the end`, 'image.offset_out_of_file', at, 0x100000),
  field64(`${name} at 2^55`, 'image.offset_out_of_file', at, 2n ** 55n),
  field64(`${name} unaligned`, 'image.offset_unaligned', at, 0x6200),
]);

const OVERLAPPING: readonly HostileFile[] = [
  field64('the refcount table on the L1 table', 'image.overlap', FIELD.refcountTableOffset, SMALL.l1),
  broken('an L2 table in the header', 'image.overlap', (file) => {
    file.writeBigUInt64BE(BigInt(SMALL.refcountTable), L1_ENTRY);
  }),
  field64('an L2 table on the L1 table', 'image.overlap', L1_ENTRY, copied(SMALL.l1)),
  field64('one L2 table for all', 'image.overlap', L1_ENTRY + 8, copied(SMALL.l2[0])),
  field64('a cluster on the refcount table', 'image.overlap', smallEntry(1), copied(SMALL.refcountTable)),
  field64('a cluster on its L2 table', 'image.overlap', smallEntry(1), copied(SMALL.l2[0])),
  field64('a cluster on the L1 table', 'image.overlap', smallEntry(1), copied(SMALL.l1)),
  field64('one cluster twice', 'image.overlap', smallEntry(1), copied(SMALL.data[0])),
  field64('one cluster in two tables', 'image.overlap', smallEntry(600), copied(SMALL.data[0])),
  broken('one cluster everywhere', 'image.overlap', (file) => {
    for (let cluster = 0; cluster < 1024; cluster += 1)
      file.writeBigUInt64BE(copied(SMALL.data[0]), smallEntry(cluster));
  }),
  field64('a cluster on compressed data', 'image.overlap', smallEntry(9), copied(SMALL.compressed)),
  field64(
    'a compressed cluster in the header',
    'image.overlap',
    smallEntry(9),
    compressedEntry(0, 600, SMALL.clusterBits),
  ),
  field64(
    'compressed data on a cluster',
    'image.overlap',
    smallEntry(9),
    compressedEntry(0x6010, 64, SMALL.clusterBits),
  ),
  field64(
    'a compressed cluster twice',
    'image.overlap',
    smallEntry(9),
    compressedEntry(SMALL.compressed, 60, SMALL.clusterBits),
  ),
  broken('compressed clusters that share bytes', 'image.overlap', (file) => {
    file.writeBigUInt64BE(compressedEntry(SMALL.compressed + 600, 1500, SMALL.clusterBits), smallEntry(9));
    file.writeBigUInt64BE(compressedEntry(SMALL.compressed + 1100, 60, SMALL.clusterBits), smallEntry(8));
  }),
  field64(
    'a compressed cluster past the end',
    'image.offset_out_of_file',
    smallEntry(9),
    compressedEntry(SMALL.fileSize, 60, SMALL.clusterBits),
  ),
  field64('reserved bits in an L1 entry', 'image.tables', L1_ENTRY, copied(SMALL.l2[0]) | 1n),
  field64('reserved bits in an L2 entry', 'image.tables', smallEntry(1), copied(SMALL.data[1]) | 8n),
  broken('a zero flag in version 2', 'image.tables', (file) => file.writeBigUInt64BE(1n, smallEntry(9)), {
    version: 2,
  }),
];

const TRUNCATED: readonly HostileFile[] = [
  broken('a header cut short', 'image.truncated', (file) => file.subarray(0, 60)),
  broken('a version 3 header cut short', 'image.truncated', (file) => file.subarray(0, 90)),
  broken('a file cut in its L1 table', 'image.offset_out_of_file', (file) => file.subarray(0, SMALL.l1 + 8)),
  broken('a file cut in an L2 table', 'image.offset_out_of_file', (file) => file.subarray(0, SMALL.l2[1] + 512)),
  broken('a file cut in a cluster', 'image.offset_out_of_file', (file) => file.subarray(0, SMALL.data[2] + 512)),
];

const VMDK_TEXT = [
  '# Disk DescriptorFile',
  'version=1',
  'CID=fffffffe',
  'createType="monolithicFlat"',
  'RW 2048 FLAT "/etc/passwd" 0',
].join('\n');

/** Text in a file as long as a disk. */
const asDisk = (bytes: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from(bytes), Buffer.alloc(2 ** 20)]).subarray(0, 2 ** 20);

function posing(name: string, code: InspectionCode, bytes: Buffer, declared: SourceFormat = 'raw'): HostileFile {
  return { name, code, bytes, declared, found: 'inspecting' };
}

const POSING: readonly HostileFile[] = [
  posing('a VMDK descriptor as raw', 'image.format_mismatch', asDisk(VMDK_TEXT)),
  posing('a VMDK descriptor as qcow2', 'image.format_mismatch', asDisk(VMDK_TEXT), 'qcow2'),
  posing('a VMDK descriptor after comments', 'image.format_mismatch', asDisk(`#\n# disk\n\n${VMDK_TEXT.slice(22)}`)),
  posing('qcow2 as raw', 'image.format_mismatch', smallQcow2()),
  posing('a bare qcow2 header as raw', 'image.format_mismatch', asDisk(smallQcow2().subarray(0, 512))),
  posing('raw as qcow2', 'image.format_mismatch', asDisk('\x33\xc0\x8e'), 'qcow2'),
  posing('gzip as raw', 'image.format_unsupported', Buffer.concat([gzipSync(smallQcow2()), Buffer.alloc(512)])),
  posing(
    'a qcow2 file with a VHD footer',
    'image.format_ambiguous',
    Buffer.concat([smallQcow2(), vhdFooter()]),
    'qcow2',
  ),
  posing('a raw disk with a VHD footer', 'image.format_mismatch', Buffer.concat([Buffer.alloc(2 ** 20), vhdFooter()])),
  posing('an empty file as raw', 'image.empty', Buffer.alloc(0)),
  posing('an empty file as qcow2', 'image.empty', Buffer.alloc(0), 'qcow2'),
  posing('a raw disk of half a sector', 'image.raw_size', Buffer.alloc(2 ** 20 - 256)),
];

function vhdFooter(): Buffer {
  const footer = Buffer.alloc(512);
  footer.write('conectix', 0, 'latin1');
  return footer;
}

/** Compressed data that is not what it says; only who decodes it can tell. */
function damaged(name: string, compression: 'zlib' | 'zstd', compressed: Buffer): HostileFile {
  return { ...broken(name, 'image.data', () => undefined, { compression, compressed }), found: 'reading' };
}

/** Zeros that compress to less than the cluster they stand in for, and are hundreds of clusters long. */
const bomb = (compression: 'zlib' | 'zstd'): Buffer =>
  compress(Buffer.alloc(compression === 'zstd' ? 2 ** 24 : 2 ** 20), compression);

function hugeWindow(): Buffer {
  // Magic, a frame header with a window of 2 GiB, one raw block that is the last.
  const frame = Buffer.concat([Buffer.from('28b52ffd00a8', 'hex'), Buffer.alloc(3), smallCluster(3)]);
  frame.writeUIntLE((SMALL.clusterSize << 3) | 1, 6, 3);
  return frame.subarray(0, 2000);
}

const DAMAGED: readonly HostileFile[] = [
  damaged('a zlib bomb', 'zlib', bomb('zlib')),
  damaged('a zstd bomb', 'zstd', bomb('zstd')),
  damaged('zlib garbage', 'zlib', Buffer.alloc(300, 0xff)),
  damaged('zstd garbage', 'zstd', Buffer.alloc(300, 0xff)),
  damaged(
    'a zstd frame with garbage in it',
    'zstd',
    Buffer.concat([compress(smallCluster(3), 'zstd').subarray(0, 12), Buffer.alloc(80, 0xa5)]),
  ),
  damaged('a zstd frame with a window of 2 GiB', 'zstd', hugeWindow()),
  damaged('a zlib stream cut short', 'zlib', compress(smallCluster(3), 'zlib').subarray(0, 12)),
  damaged('a zlib cluster that is too short', 'zlib', compress(smallCluster(3).subarray(1), 'zlib')),
  damaged('a zstd cluster that is too short', 'zstd', compress(smallCluster(3).subarray(1), 'zstd')),
  damaged('a zstd cluster that is too long', 'zstd', compress(Buffer.alloc(SMALL.clusterSize + 1, 'x'), 'zstd')),
];

/** Hostile qcow2 files, and files that pose as raw or qcow2. */
export const HOSTILE_QCOW2: readonly HostileFile[] = [
  ...DEPENDENT,
  ...ABSURD,
  ...STRAY,
  ...OVERLAPPING,
  ...TRUNCATED,
  ...POSING,
  ...DAMAGED,
];
