import { FOOTER, HEADER } from '../vhd/format.ts';
import { breaking, type HostileFile } from './hostile-file.ts';
import { SMALL_DISK } from './small-disk.ts';
import { sealedVhd, smallFixedVhd, smallVhd, VHD } from './small-vhd.ts';

const vhd = breaking({ format: 'vhd', make: smallVhd, seal: sealedVhd });
const fixed = breaking({ format: 'vhd', make: smallFixedVhd, seal: sealedVhd });
const unsealed = breaking({ format: 'vhd', make: smallVhd });

const SECTOR = 512;
const inFooter = (field: number): number => VHD.footer + field;
const inHeader = (field: number): number => VHD.header + field;
const [first = 0] = VHD.records;

export const HOSTILE_VHD: readonly HostileFile[] = [
  vhd('a VHD with a parent', 'image.backing_file', (file) => file.writeUInt32BE(4, inFooter(FOOTER.type))),
  fixed('a fixed VHD that says it has a parent', 'image.backing_file', (file) =>
    file.writeUInt32BE(4, SMALL_DISK.virtualSize + FOOTER.type),
  ),
  vhd('a VHD that names a parent and says it has none', 'image.backing_file', (file) =>
    file.write('/etc/passwd', inHeader(64), 'utf16le'),
  ),
  vhd('a VHD with the id of a parent', 'image.backing_file', (file) => file.fill(7, inHeader(40), inHeader(56))),
  vhd('a VHD with a place of a parent', 'image.backing_file', (file) => {
    file.write('W2ku', inHeader(576), 'latin1');
    file.writeUInt32BE(512, inHeader(580));
  }),
  vhd('a VHD of an unknown type', 'image.header', (file) => file.writeUInt32BE(9, inFooter(FOOTER.type))),
  vhd('a dynamic VHD that says it is fixed', 'image.format_ambiguous', (file) =>
    file.writeUInt32BE(2, inFooter(FOOTER.type)),
  ),
  fixed('a fixed VHD that says it is dynamic', 'image.header', (file) =>
    file.writeUInt32BE(3, SMALL_DISK.virtualSize + FOOTER.type),
  ),
  fixed('a fixed VHD larger than its file', 'image.offset_out_of_file', (file) =>
    file.writeBigUInt64BE(2n ** 30n, SMALL_DISK.virtualSize + FOOTER.size),
  ),
  vhd('a VHD of version 2', 'image.version', (file) => file.writeUInt32BE(0x20000, inFooter(FOOTER.version))),
  vhd('a VHD whose header has version 2', 'image.version', (file) =>
    file.writeUInt32BE(0x20000, inHeader(HEADER.version)),
  ),
  unsealed('a VHD with a wrong checksum', 'image.header', (file) => file.writeUInt16BE(9, inFooter(56))),
  unsealed('a VHD whose header has a wrong checksum', 'image.header', (file) => file.writeUInt8(1, inHeader(1000))),
  unsealed('a VHD whose two footers differ', 'image.header', (file) => file.writeUInt8(1, 100)),
  vhd('a VHD near 2^63 bytes', 'image.virtual_size', (file) =>
    file.writeBigUInt64BE(2n ** 63n - 512n, inFooter(FOOTER.size)),
  ),
  vhd('a VHD of nothing', 'image.virtual_size', (file) => file.writeBigUInt64BE(0n, inFooter(FOOTER.size))),
  vhd('a VHD of half a sector', 'image.virtual_size', (file) => file.writeBigUInt64BE(256n, inFooter(FOOTER.size))),
  vhd('a VHD without a header', 'image.header', (file) => file.fill(0, VHD.header, VHD.header + 8)),
  vhd('a VHD whose header is past the end', 'image.offset_out_of_file', (file) =>
    file.writeBigUInt64BE(2n ** 40n, inFooter(FOOTER.header)),
  ),
  vhd('a VHD whose header is at 2^64', 'image.offset_out_of_file', (file) =>
    file.writeBigUInt64BE(2n ** 64n - 1n, inFooter(FOOTER.header)),
  ),
  vhd('a VHD whose header is its footer', 'image.header', (file) => file.writeBigUInt64BE(0n, inFooter(FOOTER.header))),
  vhd('a VHD whose table is past the end', 'image.offset_out_of_file', (file) =>
    file.writeBigUInt64BE(2n ** 50n, inHeader(HEADER.table)),
  ),
  vhd('a VHD whose table is its header', 'image.overlap', (file) => {
    file.writeBigUInt64BE(BigInt(VHD.header + 768), inHeader(HEADER.table));
    file.fill(0xff, inHeader(768), inHeader(1024));
  }),
  vhd('a VHD whose table is too small', 'image.tables', (file) => file.writeUInt32BE(16, inHeader(HEADER.entries))),
  vhd('a VHD with 2^32 blocks', 'image.offset_out_of_file', (file) =>
    file.writeUInt32BE(2 ** 32 - 1, inHeader(HEADER.entries)),
  ),
  vhd('a VHD with blocks of nothing', 'image.header', (file) => file.writeUInt32BE(0, inHeader(HEADER.block))),
  vhd('a VHD with blocks of a sector', 'image.header', (file) => file.writeUInt32BE(512, inHeader(HEADER.block))),
  vhd('a VHD with blocks of 2 GiB', 'image.header', (file) => file.writeUInt32BE(2 ** 31, inHeader(HEADER.block))),
  vhd('a VHD with blocks of 5000 bytes', 'image.header', (file) => file.writeUInt32BE(5000, inHeader(HEADER.block))),
  vhd('a VHD whose table would be too large', 'image.tables', (file) => {
    file.writeBigUInt64BE(2n ** 40n, inFooter(FOOTER.size));
  }),
  vhd('a block of a VHD past the end', 'image.offset_out_of_file', (file) => file.writeUInt32BE(2 ** 31, VHD.entry(5))),
  vhd('a block of a VHD in its footer', 'image.overlap', (file) => file.writeUInt32BE(0, VHD.entry(5))),
  vhd('a block of a VHD in its last footer', 'image.offset_out_of_file', (file) =>
    file.writeUInt32BE(VHD.footer / SECTOR, VHD.entry(5)),
  ),
  vhd('a block of a VHD on its header', 'image.overlap', (file) => file.writeUInt32BE(1, VHD.entry(5))),
  vhd('a block of a VHD on its table', 'image.overlap', (file) => file.writeUInt32BE(VHD.table / SECTOR, VHD.entry(5))),
  vhd('a block of a VHD twice', 'image.overlap', (file) => file.writeUInt32BE(first / SECTOR, VHD.entry(5))),
  vhd('blocks of a VHD that share a sector', 'image.overlap', (file) =>
    file.writeUInt32BE(first / SECTOR + 1, VHD.entry(5)),
  ),
  vhd('one block of a VHD everywhere', 'image.overlap', (file) => {
    for (let block = 0; block < SMALL_DISK.blocks; block += 1) file.writeUInt32BE(first / SECTOR, VHD.entry(block));
  }),
  unsealed('a VHD without its last sector', 'image.truncated', (file) => file.subarray(0, VHD.footer)),
  unsealed('a VHD without its last byte', 'image.truncated', (file) => file.subarray(0, VHD.fileSize - 1)),
  unsealed('a VHD cut in its table', 'image.truncated', (file) => file.subarray(0, VHD.table + 9)),
  unsealed('a VHD cut in its header', 'image.truncated', (file) => file.subarray(0, VHD.header + 9)),
  unsealed('a VHD cut in its footer', 'image.truncated', (file) => file.subarray(0, 60)),
  unsealed('a VHD that is its first footer', 'image.offset_out_of_file', (file) => file.subarray(0, 512)),
  fixed('a fixed VHD that begins as qcow2', 'image.format_ambiguous', (file) =>
    file.write('QFI\xfb\0\0\0\x03', 0, 'latin1'),
  ),
  fixed('a fixed VHD that begins as a VMDK text', 'image.format_ambiguous', (file) =>
    file.write('# Disk DescriptorFile\nversion=1\nRW 1 FLAT "/etc/passwd" 0\n', 0, 'latin1'),
  ),
  fixed('a fixed VHD that begins as a dynamic one', 'image.format_ambiguous', (file) => {
    const other = Buffer.from(file);
    smallVhd().copy(other, 0, 0, 2048);
    return other;
  }),
];
