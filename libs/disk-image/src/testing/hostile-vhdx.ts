import { guid, HEADER, ITEM, MIB } from '../vhdx/format.ts';
import { breaking, type Break, type HostileFile } from './hostile-file.ts';
import { sealedVhdx, smallVhdx, VHDX } from './small-vhdx.ts';

const vhdx = breaking({ format: 'vhdx', make: smallVhdx, seal: sealedVhdx });
const unsealed = breaking({ format: 'vhdx', make: smallVhdx });

const UNKNOWN = guid('01234567-89ab-cdef-0123-456789abcdef');
const both = (places: readonly number[], damage: (file: Buffer, at: number) => unknown): Break => {
  return (file) => {
    for (const at of places) damage(file, at);
  };
};
/** In both headers, in both tables of regions: the first region is the table of blocks, the second the metadata. */
const inHeaders = (damage: (file: Buffer, at: number) => unknown): Break => both(VHDX.headers, damage);
const inRegion = (index: number, damage: (file: Buffer, at: number) => unknown): Break =>
  both(VHDX.regions, (file, at) => damage(file, at + 16 + index * 32));
const item = (index: number): number => VHDX.metadata + (index + 1) * 32;
const VALUE = {
  blockSize: VHDX.values,
  flags: VHDX.values + 4,
  size: VHDX.values + 8,
  sector: VHDX.values + 16,
} as const;

const entry = (name: string, code: HostileFile['code'], value: bigint, block = 1): HostileFile =>
  vhdx(name, code, (file) => file.writeBigUInt64LE(value, VHDX.table + block * 8));
const at = (mib: number, state = 6): bigint => BigInt(mib * MIB + state);

const DEPENDENT: readonly HostileFile[] = [
  vhdx('a VHDX with a parent', 'image.backing_file', (file) => file.writeUInt32LE(2, VALUE.flags)),
  vhdx('a VHDX with a place of a parent', 'image.backing_file', (file) => ITEM.parentLocator.copy(file, item(4))),
  entry('a block of a VHDX that is partly its parent', 'image.backing_file', at(3, 7)),
  vhdx(
    'a VHDX with changes in its log',
    'image.log_pending',
    inHeaders((file, place) => file.fill(7, place + 48, place + 64)),
  ),
];

const STRANGE: readonly HostileFile[] = [
  vhdx(
    'a VHDX of version 2',
    'image.version',
    inHeaders((file, place) => file.writeUInt16LE(2, place + HEADER.version)),
  ),
  vhdx('a VHDX with an unknown region', 'image.incompatible_features', (file) => {
    for (const place of VHDX.regions) {
      file.writeUInt32LE(3, place + 8);
      UNKNOWN.copy(file, place + 80);
      file.writeBigUInt64LE(BigInt(4 * MIB), place + 96);
      file.writeUInt32LE(1, place + 108);
    }
  }),
  vhdx('a VHDX with unknown metadata', 'image.incompatible_features', (file) => UNKNOWN.copy(file, item(3))),
  vhdx('a VHDX with sectors of 4096 bytes', 'image.incompatible_features', (file) =>
    file.writeUInt32LE(4096, VALUE.sector),
  ),
  vhdx(
    'a VHDX without headers',
    'image.header',
    inHeaders((file, place) => file.fill(0, place, place + 4)),
  ),
  unsealed(
    'a VHDX whose headers have wrong checksums',
    'image.header',
    inHeaders((file, place) => file.writeUInt8(9, place + 9)),
  ),
  vhdx(
    'a VHDX without regions',
    'image.header',
    both(VHDX.regions, (file, place) => file.fill(0, place, place + 4)),
  ),
  unsealed(
    'a VHDX whose regions have wrong checksums',
    'image.header',
    inRegion(0, (file, place) => file.writeUInt8(9, place + 26)),
  ),
  vhdx(
    'a VHDX with 2^32 regions',
    'image.header',
    both(VHDX.regions, (file, place) => file.writeUInt32LE(2 ** 32 - 1, place + 8)),
  ),
  vhdx(
    'a VHDX with one region',
    'image.header',
    both(VHDX.regions, (file, place) => file.writeUInt32LE(1, place + 8)),
  ),
  vhdx(
    'a VHDX with a region twice',
    'image.header',
    inRegion(1, (file, place) => file.copy(file, place, place - 32, place)),
  ),
  vhdx('a VHDX without metadata', 'image.header', (file) => file.fill(0, VHDX.metadata, VHDX.metadata + 8)),
  vhdx(
    'a VHDX with a region of metadata of nothing',
    'image.header',
    inRegion(1, (file, place) => file.writeUInt32LE(0, place + 24)),
  ),
  vhdx('a VHDX with 65535 items of metadata', 'image.header', (file) => file.writeUInt16LE(65_535, VHDX.metadata + 10)),
  vhdx('a VHDX with no items of metadata', 'image.header', (file) => file.writeUInt16LE(0, VHDX.metadata + 10)),
  vhdx('a VHDX with an item of metadata twice', 'image.header', (file) => ITEM.diskSize.copy(file, item(3))),
  vhdx('a VHDX with a short item of metadata', 'image.header', (file) => file.writeUInt32LE(4, item(1) + 20)),
  vhdx('a VHDX with an item of 4 GiB', 'image.offset_out_of_file', (file) =>
    file.writeUInt32LE(2 ** 32 - 1, item(1) + 20),
  ),
  vhdx('a VHDX with an item past the metadata', 'image.offset_out_of_file', (file) =>
    file.writeUInt32LE(MIB, item(1) + 16),
  ),
  vhdx('a VHDX with an item in the table of items', 'image.offset_out_of_file', (file) =>
    file.writeUInt32LE(0, item(1) + 16),
  ),
];

const ABSURD: readonly HostileFile[] = [
  vhdx('a VHDX near 2^63 bytes', 'image.virtual_size', (file) => file.writeBigUInt64LE(2n ** 63n - 512n, VALUE.size)),
  vhdx('a VHDX of nothing', 'image.virtual_size', (file) => file.writeBigUInt64LE(0n, VALUE.size)),
  vhdx('a VHDX of half a sector', 'image.virtual_size', (file) => file.writeBigUInt64LE(256n, VALUE.size)),
  vhdx('a VHDX with blocks of nothing', 'image.header', (file) => file.writeUInt32LE(0, VALUE.blockSize)),
  vhdx('a VHDX with blocks of 4 KiB', 'image.header', (file) => file.writeUInt32LE(4096, VALUE.blockSize)),
  vhdx('a VHDX with blocks of 3 MiB', 'image.header', (file) => file.writeUInt32LE(3 * MIB, VALUE.blockSize)),
  vhdx('a VHDX with blocks of 2 GiB', 'image.header', (file) => file.writeUInt32LE(2 ** 31, VALUE.blockSize)),
  vhdx('a VHDX whose table is too small', 'image.tables', (file) => file.writeBigUInt64LE(2n ** 40n, VALUE.size)),
  vhdx(
    'a VHDX whose table is past the end',
    'image.offset_out_of_file',
    inRegion(0, (file, place) => file.writeBigUInt64LE(2n ** 40n, place + 16)),
  ),
  vhdx(
    'a VHDX whose table is at 2^64',
    'image.offset_out_of_file',
    inRegion(0, (file, place) => file.writeBigUInt64LE(2n ** 64n - 2n ** 20n, place + 16)),
  ),
  vhdx(
    'a VHDX whose table has 4 GiB',
    'image.offset_out_of_file',
    inRegion(0, (file, place) => file.writeUInt32LE(2 ** 32 - MIB, place + 24)),
  ),
  vhdx(
    'a VHDX whose table is not aligned',
    'image.offset_unaligned',
    inRegion(0, (file, place) => file.writeBigUInt64LE(4096n, place + 16)),
  ),
  vhdx(
    'a VHDX whose table is in its first MiB',
    'image.overlap',
    inRegion(0, (file, place) => file.writeBigUInt64LE(0n, place + 16)),
  ),
  vhdx(
    'a VHDX whose table is its metadata',
    'image.overlap',
    inRegion(0, (file, place) => file.writeBigUInt64LE(BigInt(VHDX.metadata), place + 16)),
  ),
  vhdx(
    'a VHDX whose log is its table',
    'image.overlap',
    inHeaders((file, place) => {
      file.writeUInt32LE(MIB, place + HEADER.logBytes);
      file.writeBigUInt64LE(BigInt(VHDX.table), place + HEADER.logOffset);
    }),
  ),
  vhdx(
    'a VHDX whose log is past the end',
    'image.offset_out_of_file',
    inHeaders((file, place) => {
      file.writeUInt32LE(MIB, place + HEADER.logBytes);
      file.writeBigUInt64LE(BigInt(2 ** 40), place + HEADER.logOffset);
    }),
  ),
];

const STRAY: readonly HostileFile[] = [
  entry('a block of a VHDX past the end', 'image.offset_out_of_file', at(9)),
  vhdx('a block of a VHDX that its end cuts', 'image.offset_out_of_file', (file) => {
    file.writeBigUInt64LE(at(4), VHDX.table);
    file.writeBigUInt64LE(0n, VHDX.table + 16);
  }),
  entry('a block of a VHDX at 2^63', 'image.offset_out_of_file', 2n ** 63n + 6n),
  entry('a block of a VHDX at nothing', 'image.offset_out_of_file', 6n),
  entry('a block of a VHDX on its metadata', 'image.overlap', at(1)),
  entry('a block of a VHDX on its table', 'image.overlap', at(2)),
  entry('a block of a VHDX twice', 'image.overlap', at(3)),
  entry('a block of a VHDX in an unknown state', 'image.tables', at(3, 4)),
  entry('a block of a VHDX with reserved bits', 'image.tables', at(3) | 8n),
];

const TRUNCATED: readonly HostileFile[] = [
  unsealed('a VHDX cut behind its mark', 'image.truncated', (file) => file.subarray(0, 8)),
  unsealed('a VHDX cut in its headers', 'image.truncated', (file) => file.subarray(0, 70_000)),
  unsealed('a VHDX cut in its first MiB', 'image.truncated', (file) => file.subarray(0, MIB - 512)),
  unsealed('a VHDX cut in its metadata', 'image.offset_out_of_file', (file) => file.subarray(0, VHDX.metadata + 99)),
  unsealed('a VHDX cut in its table', 'image.offset_out_of_file', (file) => file.subarray(0, VHDX.table + 9)),
  unsealed('a VHDX cut in a block', 'image.offset_out_of_file', (file) => file.subarray(0, VHDX.blocks[0] + 99)),
  unsealed('a VHDX cut in its last sector', 'image.offset_out_of_file', (file) => file.subarray(0, VHDX.fileSize - 1)),
];

export const HOSTILE_VHDX: readonly HostileFile[] = [...DEPENDENT, ...STRANGE, ...ABSURD, ...STRAY, ...TRUNCATED];
