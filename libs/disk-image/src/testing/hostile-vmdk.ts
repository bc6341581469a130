import { deflateSync } from 'node:zlib';
import { HEADER } from '../vmdk/format.ts';
import type { Break, HostileFile } from './hostile-file.ts';
import { breaking } from './hostile-file.ts';
import { SMALL_DISK, smallBlock } from './small-disk.ts';
import { smallDescriptor, smallVmdk, VMDK } from './small-vmdk.ts';

const SECTOR = 512;
const vmdk = breaking({ format: 'vmdk', make: () => smallVmdk() });
const compressed = breaking({ format: 'vmdk', make: () => smallVmdk({ kind: 'compressed' }) });
const atEnd = breaking({ format: 'vmdk', make: () => smallVmdk({ kind: 'at-end' }) });

const number32 = (name: string, code: HostileFile['code'], at: number, value: number): HostileFile =>
  vmdk(name, code, (file) => file.writeUInt32LE(value, at));
const number64 = (name: string, code: HostileFile['code'], at: number, value: bigint): HostileFile =>
  vmdk(name, code, (file) => file.writeBigUInt64LE(value, at));

/** With another text in it, which says what the disk consists of. */
const text = (name: string, code: HostileFile['code'], change: (descriptor: string) => string): HostileFile =>
  vmdk(name, code, () => smallVmdk({ descriptor: change(smallDescriptor()) }));
const extent = (name: string, line: string, code: HostileFile['code'] = 'image.external_data_file'): HostileFile =>
  vmdk(name, code, () => smallVmdk({ descriptor: smallDescriptor('plain', line) }));
const adding = (line: string) => (descriptor: string) => `${descriptor}${line}\n`;

const BARE = [
  '# Disk DescriptorFile',
  'version=1',
  'CID=fffffffe',
  'parentCID=ffffffff',
  'createType="monolithicFlat"',
  'RW 2048 FLAT "/etc/passwd" 0',
].join('\n');
const bare: Break = () => Buffer.concat([Buffer.from(BARE), Buffer.alloc(4096)]);

const NAMING: readonly HostileFile[] = [
  vmdk('a VMDK that is a text alone', 'image.external_data_file', bare),
  extent('a VMDK that names a file of the host', 'RW 129 SPARSE "/etc/passwd"'),
  extent('a VMDK that names a flat file', 'RW 129 FLAT "disk.vmdk" 0'),
  extent('a VMDK that names a flat file of the host', 'RW 129 FLAT "/etc/shadow" 0'),
  extent('a VMDK that names a device', 'RW 129 VMFSRAW "/dev/vda"'),
  extent('a VMDK that names a folder above', 'RW 129 SPARSE "../disk.vmdk"'),
  extent('a VMDK that names a folder above of Windows', 'RW 129 SPARSE "..\\\\disk.vmdk"'),
  extent('a VMDK that names a drive', 'RW 129 SPARSE "C:disk.vmdk"'),
  extent('a VMDK that names a URL', 'RW 129 SPARSE "https://169.254.169.254/latest"'),
  extent('a VMDK that names json:', "RW 129 SPARSE \"json:{'driver':'file'}\""),
  extent('a VMDK that names nbd:', 'RW 129 SPARSE "nbd:unix:/run/x"'),
  extent('a VMDK that names its folder', 'RW 129 SPARSE ".."'),
  extent('a VMDK that names nothing', 'RW 129 SPARSE ""'),
  extent('a VMDK with a name that is turned round', 'RW 129 SPARSE "\u202ekdmv.disk"'),
  extent('a VMDK with a name of two thousand bytes', `RW 129 SPARSE "${'x'.repeat(700)}"`),
  extent('a VMDK whose extent nobody may read', 'NOACCESS 129 SPARSE "disk.vmdk"'),
  extent('a VMDK with an extent at an offset', 'RW 129 SPARSE "disk.vmdk" 8'),
  extent('a VMDK of zeros', 'RW 129 ZERO'),
  extent('a VMDK without an extent', ''),
  extent('a VMDK with two extents', 'RW 129 SPARSE "disk.vmdk"\nRW 129 SPARSE "other.vmdk"'),
  extent('a VMDK with itself twice', 'RW 129 SPARSE "disk.vmdk"\nRW 129 SPARSE "disk.vmdk"'),
  extent('a VMDK whose extent has another size', 'RW 128 SPARSE "disk.vmdk"', 'image.header'),
  extent('a VMDK whose extent has 2^63 sectors', 'RW 9223372036854775807 SPARSE "disk.vmdk"', 'image.header'),
  text('a VMDK of two files', 'image.external_data_file', (all) =>
    all.replace('monolithicSparse', 'twoGbMaxExtentSparse'),
  ),
  text('a VMDK that is flat', 'image.external_data_file', (all) => all.replace('monolithicSparse', 'monolithicFlat')),
  text('a VMDK that is a device', 'image.external_data_file', (all) => all.replace('monolithicSparse', 'fullDevice')),
  text('a VMDK that says it is compressed', 'image.external_data_file', (all) =>
    all.replace('monolithicSparse', 'streamOptimized'),
  ),
  text('a VMDK that does not say what it is', 'image.external_data_file', (all) => all.replace(/createType.*\n/, '')),
  text('a VMDK with a parent', 'image.backing_file', (all) => all.replace('parentCID=ffffffff', 'parentCID=12345678')),
  text('a VMDK that names a parent', 'image.backing_file', adding('parentFileNameHint="/etc/passwd"')),
  text(
    'a VMDK that names a parent in other letters',
    'image.backing_file',
    adding('PARENTFILENAMEHINT = "/etc/passwd"'),
  ),
  text('a VMDK that names a file of changes', 'image.external_data_file', adding('changeTrackPath="/etc/cron.d/x"')),
  text('a VMDK that is encrypted', 'image.encrypted', adding('encryption.keySafe = "vmware:key/list/x"')),
  text('a VMDK that says twice what it is', 'image.header', adding('createType="monolithicFlat"')),
  text('a VMDK that has a parent and none', 'image.header', adding('parentCID=00000001')),
  text('a VMDK with a line of no form', 'image.header', adding('include /etc/passwd')),
  text('a VMDK with a zero in its text', 'image.header', (all) => `${all}\0RW 129 FLAT "/etc/passwd" 0\n`),
  text('a VMDK with no text', 'image.external_data_file', () => ''),
];

const STRANGE: readonly HostileFile[] = [
  number32('a VMDK of version 4', 'image.version', HEADER.version, 4),
  number32('a VMDK of version 0', 'image.version', HEADER.version, 0),
  vmdk('a VMDK of an ESX server', 'image.version', (file) => file.write('COWD', 0, 'latin1')),
  number32('a VMDK with an unknown flag', 'image.incompatible_features', HEADER.flags, 0x80000001),
  number32('a VMDK with markers and no compression', 'image.compression_type', HEADER.flags, 0x20001),
  vmdk('a VMDK with unknown compression', 'image.compression_type', (file) =>
    file.writeUInt16LE(2, HEADER.compression),
  ),
  compressed('a compressed VMDK without markers', 'image.compression_type', (file) =>
    file.writeUInt32LE(0x10001, HEADER.flags),
  ),
  vmdk('a VMDK sent as text', 'image.header', (file) => file.write('\n \n\n', HEADER.newLines, 'latin1')),
  number32('a VMDK with 513 grains in a table', 'image.header', HEADER.grainsPerTable, 513),
  number32('a VMDK with no grains in a table', 'image.header', HEADER.grainsPerTable, 0),
  number64('a VMDK with grains of nothing', 'image.header', HEADER.grain, 0n),
  number64('a VMDK with grains of a sector', 'image.header', HEADER.grain, 1n),
  number64('a VMDK with grains of nine sectors', 'image.header', HEADER.grain, 9n),
  number64('a VMDK with grains of 2^63 sectors', 'image.header', HEADER.grain, 2n ** 63n),
  number64('a VMDK of nothing', 'image.virtual_size', HEADER.capacity, 0n),
  number64('a VMDK near 2^64 sectors', 'image.virtual_size', HEADER.capacity, 2n ** 64n - 1n),
  number64('a VMDK over the limit', 'image.virtual_size', HEADER.capacity, 2n ** 31n + 1n),
  number64('a VMDK without a descriptor', 'image.external_data_file', HEADER.descriptor, 0n),
  number64('a VMDK with a descriptor of nothing', 'image.external_data_file', HEADER.descriptorSectors, 0n),
  number64('a VMDK with a descriptor past the end', 'image.offset_out_of_file', HEADER.descriptor, 2n ** 40n),
  number64('a VMDK with a descriptor of 2^63 sectors', 'image.header', HEADER.descriptorSectors, 2n ** 63n),
  vmdk('a VMDK whose tables would be too large', 'image.tables', () => {
    const line = `RW ${2 ** 31} SPARSE "disk.vmdk"`;
    const file = smallVmdk({ descriptor: smallDescriptor('plain', line) });
    file.writeBigUInt64LE(2n ** 31n, HEADER.capacity);
    return file;
  }),
];

const sector = (at: number): bigint => BigInt(at / SECTOR);

const STRAY: readonly HostileFile[] = [
  number64('the directory of a VMDK past the end', 'image.offset_out_of_file', HEADER.directory, 2n ** 40n),
  number64('the directory of a VMDK at 2^63', 'image.offset_out_of_file', HEADER.directory, 2n ** 63n),
  number64('the directory of a VMDK in its header', 'image.offset_out_of_file', HEADER.directory, 0n),
  number64(
    'the directory of a VMDK in its descriptor',
    'image.overlap',
    HEADER.directory,
    sector(VMDK.descriptor) + 1n,
  ),
  number64(
    'the directory of a VMDK that is its table',
    'image.offset_out_of_file',
    HEADER.directory,
    sector(VMDK.grains),
  ),
  number32('a table of a VMDK past the end', 'image.offset_out_of_file', VMDK.directory, 2 ** 31),
  number32('a table of a VMDK in its descriptor', 'image.overlap', VMDK.directory, 1),
  number32('a table of a VMDK on its directory', 'image.overlap', VMDK.directory, VMDK.directory / SECTOR),
  number32('a grain of a VMDK past the end', 'image.offset_out_of_file', VMDK.entry(5), 2 ** 31),
  number32('a grain of a VMDK in its descriptor', 'image.overlap', VMDK.entry(5), 1),
  number32('a grain of a VMDK on its directory', 'image.overlap', VMDK.entry(5), VMDK.directory / SECTOR),
  number32('a grain of a VMDK on its table', 'image.overlap', VMDK.entry(5), VMDK.table / SECTOR),
  number32('a grain of a VMDK twice', 'image.overlap', VMDK.entry(5), VMDK.grains / SECTOR),
  number32('grains of a VMDK that share a sector', 'image.overlap', VMDK.entry(5), VMDK.grains / SECTOR + 7),
  vmdk('one grain of a VMDK everywhere', 'image.overlap', (file) => {
    for (let grain = 0; grain < SMALL_DISK.blocks; grain += 1)
      file.writeUInt32LE(VMDK.grains / SECTOR, VMDK.entry(grain));
  }),
  compressed('a compressed grain of a VMDK twice', 'image.overlap', (file) =>
    file.writeUInt32LE(VMDK.grains / SECTOR, VMDK.entry(5)),
  ),
  compressed('a compressed grain of a VMDK on its table', 'image.overlap', (file) =>
    file.writeUInt32LE(VMDK.table / SECTOR + 1, VMDK.entry(5)),
  ),
  atEnd('a VMDK whose last header differs', 'image.header', (file) =>
    file.writeBigUInt64LE(2n ** 20n, file.length - 1024 + HEADER.capacity),
  ),
  atEnd('a VMDK whose last header knows no directory either', 'image.offset_out_of_file', (file) =>
    file.writeBigUInt64LE(2n ** 64n - 1n, file.length - 1024 + HEADER.directory),
  ),
  atEnd('a grain of a VMDK on its last header', 'image.overlap', (file) =>
    file.writeUInt32LE(file.length / SECTOR - 2, VMDK.entry(5)),
  ),
];

const TRUNCATED: readonly HostileFile[] = [
  vmdk('a VMDK cut in its header', 'image.truncated', (file) => file.subarray(0, 80)),
  vmdk('a VMDK cut behind its mark', 'image.truncated', (file) => file.subarray(0, 4)),
  vmdk('a VMDK cut in its descriptor', 'image.offset_out_of_file', (file) => file.subarray(0, VMDK.descriptor + 99)),
  vmdk('a VMDK cut in its table', 'image.offset_out_of_file', (file) => file.subarray(0, VMDK.table + 99)),
  vmdk('a VMDK cut in a grain', 'image.offset_out_of_file', (file) => file.subarray(0, VMDK.grains + 5000)),
  atEnd('a VMDK without its end', 'image.truncated', (file) => file.subarray(0, file.length - SECTOR)),
  atEnd('a VMDK without its last header', 'image.truncated', (file) => file.subarray(0, VMDK.grains + SECTOR)),
];

const POSING: readonly HostileFile[] = [
  vmdk('a VMDK that is an ISO image, too', 'image.format_ambiguous', (file) => {
    const iso = Buffer.alloc(65_536);
    file.copy(iso);
    iso.write('CD001', 32_769, 'latin1');
    return iso;
  }),
  vmdk('a VMDK with the footer of a VHD', 'image.format_ambiguous', (file) => {
    const footer = Buffer.alloc(SECTOR);
    footer.write('conectix', 0, 'latin1');
    return Buffer.concat([file, footer]);
  }),
];

const damaged = (name: string, damage: Break): HostileFile => compressed(name, 'image.data', damage, 'reading');
const streamOf =
  (stream: Buffer): Break =>
  () =>
    smallVmdk({ kind: 'compressed', stream });

const DAMAGED: readonly HostileFile[] = [
  damaged('a bomb in a grain of a VMDK', streamOf(deflateSync(Buffer.alloc(2 ** 20)))),
  damaged('a grain of a VMDK that is too short', streamOf(deflateSync(smallBlock(0).subarray(1)))),
  damaged('a grain of a VMDK that is garbage', streamOf(Buffer.alloc(90, 0xff))),
  damaged('a grain of a VMDK without its checksum', streamOf(deflateSync(smallBlock(0)).subarray(0, -4))),
  damaged('a grain of a VMDK that runs into the next', (file) => file.writeUInt32LE(501, VMDK.grains + 8)),
  damaged('a grain of a VMDK of 4 GiB', (file) => file.writeUInt32LE(2 ** 32 - 1, VMDK.grains + 8)),
  damaged('a grain of a VMDK of nothing', (file) => file.writeUInt32LE(0, VMDK.grains + 8)),
];

export const HOSTILE_VMDK: readonly HostileFile[] = [
  ...NAMING,
  ...STRANGE,
  ...STRAY,
  ...TRUNCATED,
  ...POSING,
  ...DAMAGED,
];
