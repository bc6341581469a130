import { breaking, type HostileFile } from './hostile-file.ts';
import { SMALL_DISK } from './small-disk.ts';
import { smallVdi, VDI, VDI_FIELD } from './small-vdi.ts';

const vdi = breaking({ format: 'vdi', make: smallVdi });

const field = (name: string, code: HostileFile['code'], at: number, value: number): HostileFile =>
  vdi(name, code, (file) => file.writeUInt32LE(value, at));
const size = (name: string, bytes: bigint): HostileFile =>
  vdi(name, 'image.virtual_size', (file) => file.writeBigUInt64LE(bytes, VDI_FIELD.size));

export const HOSTILE_VDI: readonly HostileFile[] = [
  field('a VDI that is the difference to another', 'image.backing_file', VDI_FIELD.type, 4),
  field('a VDI that can be undone', 'image.backing_file', VDI_FIELD.type, 3),
  field('a VDI linked to a parent', 'image.backing_file', VDI_FIELD.link, 0xdeadbeef),
  field('a VDI with a parent', 'image.backing_file', VDI_FIELD.parent + 12, 1),
  field('a VDI of version 0', 'image.version', VDI_FIELD.version, 0x00000001),
  field('a VDI of version 2', 'image.version', VDI_FIELD.version, 0x00020000),
  field('a VDI with a header of nothing', 'image.header', VDI_FIELD.headerBytes, 0),
  field('a VDI with a header of 4 GiB', 'image.header', VDI_FIELD.headerBytes, 2 ** 32 - 1),
  field('a VDI with sectors of 4096 bytes', 'image.incompatible_features', VDI_FIELD.sector, 4096),
  field('a VDI with more in its blocks', 'image.incompatible_features', VDI_FIELD.extra, 512),
  field('a VDI with blocks of nothing', 'image.header', VDI_FIELD.block, 0),
  field('a VDI with blocks of a sector', 'image.header', VDI_FIELD.block, 512),
  field('a VDI with blocks of 2 GiB', 'image.header', VDI_FIELD.block, 2 ** 31),
  field('a VDI with blocks of 5000 bytes', 'image.header', VDI_FIELD.block, 5000),
  field('a VDI whose table is too small', 'image.tables', VDI_FIELD.blocks, 16),
  field('a VDI whose table is past the end', 'image.offset_out_of_file', VDI_FIELD.table, 2 ** 31),
  field('a VDI whose table is not aligned', 'image.offset_unaligned', VDI_FIELD.table, 600),
  field('a VDI whose table is its header', 'image.overlap', VDI_FIELD.table, 0),
  field('a VDI whose data is not aligned', 'image.offset_unaligned', VDI_FIELD.data, 1000),
  field('a VDI whose data is its header', 'image.overlap', VDI_FIELD.data, 0),
  field('a VDI whose data is its table', 'image.overlap', VDI_FIELD.data, VDI.table),
  field('a VDI whose data is past the end', 'image.offset_out_of_file', VDI_FIELD.data, 2 ** 31),
  size('a VDI near 2^63 bytes', 2n ** 63n - 512n),
  size('a VDI of 2^64 bytes, nearly', 2n ** 64n - 512n),
  size('a VDI of nothing', 0n),
  size('a VDI of half a sector', 256n),
  vdi('a VDI whose table would be too large', 'image.tables', (file) => {
    file.writeBigUInt64LE(2n ** 40n, VDI_FIELD.size);
    file.writeUInt32LE(2 ** 28, VDI_FIELD.blocks);
  }),
  field('a block of a VDI past the end', 'image.offset_out_of_file', VDI.entry(5), 3),
  field('a block of a VDI at 2^44', 'image.offset_out_of_file', VDI.entry(5), 0xfffffffd),
  field('a block of a VDI twice', 'image.overlap', VDI.entry(5), 0),
  vdi('one block of a VDI everywhere', 'image.overlap', (file) => {
    for (let block = 0; block < SMALL_DISK.blocks; block += 1) file.writeUInt32LE(1, VDI.entry(block));
  }),
  vdi('a VDI cut in its header', 'image.truncated', (file) => file.subarray(0, 300)),
  vdi('a VDI cut behind its mark', 'image.truncated', (file) => file.subarray(0, 68)),
  vdi('a VDI cut in its table', 'image.offset_out_of_file', (file) => file.subarray(0, VDI.table + 9)),
  vdi('a VDI cut in a block', 'image.offset_out_of_file', (file) => file.subarray(0, VDI.data + 5000)),
  vdi('a VDI that begins as qcow2', 'image.format_ambiguous', (file) => file.write('QFI\xfb\0\0\0\x03', 0, 'latin1')),
  vdi('a VDI that begins as a VMDK text', 'image.format_ambiguous', (file) =>
    file.write('# Disk DescriptorFile\nRW 1 FLAT "/etc/passwd" 0\n\0', 0, 'latin1'),
  ),
];
