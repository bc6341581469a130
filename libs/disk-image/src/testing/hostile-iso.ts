import { type Break, breaking, type HostileFile } from './hostile-file.ts';
import { ISO, ISO_FIELD, smallHybridIso, smallIso, writeBoth } from './small-iso.ts';
import { smallFixedVhd } from './small-vhd.ts';

const { primary, joliet, boot, end, fileSize } = ISO;
const SECTOR = 2048;
/** All of one number. */
const MOST = 2 ** 32 - 1;

const iso = breaking({ format: 'iso', make: smallIso });
const hybrid = breaking({ format: 'iso', make: smallHybridIso });

const field = (name: string, code: HostileFile['code'], at: number, value: number): HostileFile =>
  iso(name, code, (file) => {
    writeBoth(file, value, at);
  });
const cut = (name: string, code: HostileFile['code'], bytes: number): HostileFile =>
  iso(name, code, (file) => file.subarray(0, bytes));
const marked = (name: string, damage: Break): HostileFile => iso(name, 'image.format_ambiguous', damage);

/** Descriptors one behind the other, as far as the file goes. */
function repeated(from: number, sectors: number): Break {
  return (file) => {
    const longer = Buffer.concat([file, Buffer.alloc(sectors * SECTOR)]);
    for (let sector = 1; sector <= sectors; sector += 1) file.copy(longer, from + sector * SECTOR, from, from + SECTOR);
    return longer;
  };
}

export const HOSTILE_ISO: readonly HostileFile[] = [
  field('an ISO of nothing', 'image.header', primary + ISO_FIELD.blocks, 0),
  field('an ISO that ends with its descriptors', 'image.header', primary + ISO_FIELD.blocks, 16),
  field('an ISO of 8 TiB', 'image.truncated', primary + ISO_FIELD.blocks, MOST),
  field('an ISO of a block more than its file', 'image.truncated', primary + ISO_FIELD.blocks, fileSize / SECTOR + 1),
  field('an ISO whose names of Joliet are of a larger one', 'image.truncated', joliet + ISO_FIELD.blocks, 2 ** 20),
  iso('an ISO of two sizes', 'image.header', (file) => file.writeUInt32BE(7, primary + ISO_FIELD.blocks + 4)),
  ...[0, 1, 4096, 65_535, 3000].map((bytes) =>
    iso(`an ISO with blocks of ${bytes}`, 'image.header', (file) => {
      writeBoth(file, bytes, primary + ISO_FIELD.blockSize, 2);
    }),
  ),
  field('an ISO whose path table is nothing', 'image.header', primary + ISO_FIELD.tableSize, 0),
  field('an ISO whose path table has 4 GiB', 'image.offset_out_of_file', primary + ISO_FIELD.tableSize, MOST),
  ...ISO_FIELD.tables.map((at) =>
    iso(`an ISO with the path table of ${at} past its end`, 'image.offset_out_of_file', (file) =>
      file.writeUInt32LE(MOST, primary + at),
    ),
  ),
  iso('an ISO whose path table is its descriptors', 'image.offset_out_of_file', (file) =>
    file.writeUInt32LE(16, primary + 140),
  ),
  field('an ISO whose root is past its end', 'image.offset_out_of_file', primary + ISO_FIELD.rootBlock, 2 ** 31),
  field('an ISO whose root goes on past its end', 'image.offset_out_of_file', primary + ISO_FIELD.rootBytes, MOST),
  field('an ISO whose root is its boot sector', 'image.offset_out_of_file', primary + ISO_FIELD.rootBlock, 0),
  field('an ISO whose root is its descriptor', 'image.offset_out_of_file', primary + ISO_FIELD.rootBlock, 16),
  field('an ISO whose root is empty', 'image.header', primary + ISO_FIELD.rootBytes, 0),
  iso('an ISO whose root is in two places', 'image.header', (file) =>
    file.writeUInt32BE(9, primary + ISO_FIELD.rootBlock + 4),
  ),
  iso('an ISO whose root is a file', 'image.header', (file) => file.writeUInt8(0, primary + ISO_FIELD.rootFlags)),
  iso('an ISO whose root has another length', 'image.header', (file) => file.writeUInt8(255, primary + ISO_FIELD.root)),
  field(
    'an ISO whose names of Joliet begin past its end',
    'image.offset_out_of_file',
    joliet + ISO_FIELD.rootBlock,
    MOST,
  ),
  iso('an ISO whose boot catalogue is past its end', 'image.offset_out_of_file', (file) =>
    file.writeUInt32LE(MOST, boot + ISO_FIELD.catalogue),
  ),
  iso('an ISO whose boot catalogue is in its boot sector', 'image.offset_out_of_file', (file) =>
    file.writeUInt32LE(0, boot + ISO_FIELD.catalogue),
  ),
  iso('an ISO of version 2', 'image.version', (file) => file.writeUInt8(2, primary + ISO_FIELD.version)),
  iso('an ISO of version 0', 'image.version', (file) => file.writeUInt8(0, joliet + ISO_FIELD.version)),
  iso('an ISO without a primary volume', 'image.header', (file) => file.writeUInt8(3, primary)),
  iso('an ISO of nothing but an end', 'image.header', (file) => file.copy(file, primary, end, end + SECTOR)),
  iso('an ISO whose descriptors do not end', 'image.header', (file) => file.fill(0, end, end + SECTOR)),
  iso('an ISO whose descriptors go on and on', 'image.tables', repeated(joliet, 100)),
  iso('an ISO of primary volumes and nothing else', 'image.tables', repeated(primary, 150)),
  iso('an ISO of boot records as far as its file goes', 'image.truncated', (file) =>
    (repeated(boot, 40)(file) as Buffer).subarray(0, boot + 41 * SECTOR),
  ),
  cut('an ISO cut behind its mark', 'image.truncated', primary + 6),
  ...[primary, boot, joliet, end].map((at) =>
    cut(`an ISO cut in its descriptor at ${at}`, 'image.truncated', at + 900),
  ),
  ...[primary + SECTOR, end, end + SECTOR, ISO.tables + 5, ISO.root, ISO.catalogue + 100, fileSize - 1].map((bytes) =>
    cut(`an ISO cut after ${bytes} bytes`, 'image.truncated', bytes),
  ),
  cut('an ISO cut before its mark', 'image.format_mismatch', primary),
  iso('an ISO that is none', 'image.format_mismatch', (file) => file.fill(0, primary)),
  marked('an ISO that begins as qcow2', (file) => file.write('QFI\xfb\0\0\0\x03', 0, 'latin1')),
  marked('an ISO that begins as a VMDK', (file) => file.write('KDMV', 0, 'latin1')),
  marked('an ISO that begins as a VMDK text', (file) =>
    file.write('# Disk DescriptorFile\nRW 1 FLAT "/etc/passwd" 0\n', 0, 'latin1'),
  ),
  marked('an ISO that begins as a VDI', (file) => file.writeUInt32LE(0xbeda107f, 64)),
  marked('an ISO that begins as a VHDX', (file) => file.write('vhdxfile', 0, 'latin1')),
  marked('an ISO that is encrypted', (file) => file.write('LUKS\xba\xbe', 0, 'latin1')),
  marked('an ISO that begins as gzip', (file) => file.write('\x1f\x8b\x08', 0, 'latin1')),
  marked('an ISO that ends as a VHD', (file) => Buffer.concat([file, smallFixedVhd().subarray(-512)])),
  hybrid('an ISO with partitions that ends as a VHD', 'image.format_ambiguous', (file) =>
    Buffer.concat([file, smallFixedVhd().subarray(-512)]),
  ),
  breaking({ format: 'raw', make: smallIso })(
    'an ISO that is said to be a disk',
    'image.format_mismatch',
    () => undefined,
  ),
  breaking({ format: 'raw', make: smallHybridIso })(
    'an ISO with partitions, said to be a disk, that begins as qcow2',
    'image.format_ambiguous',
    (file) => file.write('QFI\xfb\0\0\0\x03', 0, 'latin1'),
  ),
  breaking({ format: 'qcow2', make: smallHybridIso })(
    'an ISO that is said to be qcow2',
    'image.format_mismatch',
    () => undefined,
  ),
  breaking({ format: 'iso', make: smallFixedVhd })(
    'a VHD that is said to be an ISO',
    'image.format_mismatch',
    () => undefined,
  ),
];
