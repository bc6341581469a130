/** Every format whose mark we know. Those that are not read are known in order to be refused. */
export type ImageFormat =
  | 'raw'
  | 'qcow'
  | 'qcow2'
  | 'qed'
  | 'vmdk'
  | 'vhd'
  | 'vhdx'
  | 'vdi'
  | 'luks'
  | 'iso'
  | 'parallels'
  | 'bochs'
  | 'cloop'
  | 'dmg'
  | 'gzip'
  | 'xz'
  | 'zstd'
  | 'bzip2'
  | 'lz4'
  | 'zip'
  | '7z'
  | 'rar'
  | 'tar';

interface Mark {
  readonly format: ImageFormat;
  /** Negative: from the end of the file. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/** What every descriptor of a volume of an ISO image has behind its first byte. */
export const ISO_MARK = Buffer.from('CD001', 'latin1');

const mark = (format: ImageFormat, offset: number, bytes: string): Mark => ({
  format,
  offset,
  bytes: Buffer.from(bytes, 'latin1'),
});

const MARKS: readonly Mark[] = [
  mark('qcow', 0, 'QFI\xfb\0\0\0\x01'),
  mark('qed', 0, 'QED\0'),
  mark('vmdk', 0, 'KDMV'),
  mark('vmdk', 0, 'COWD'),
  mark('vhd', 0, 'conectix'),
  mark('vhd', -512, 'conectix'),
  mark('vhd', -511, 'conectix'),
  mark('vhdx', 0, 'vhdxfile'),
  mark('vdi', 64, '\x7f\x10\xda\xbe'),
  mark('luks', 0, 'LUKS\xba\xbe'),
  mark('luks', 0, 'SKUL\xba\xbe'),
  { format: 'iso', offset: 32_769, bytes: ISO_MARK },
  mark('parallels', 0, 'WithoutFreeSpace'),
  mark('parallels', 0, 'WithouFreSpacExt'),
  mark('bochs', 0, 'Bochs Virtual HD Image'),
  mark('cloop', 0, '#!/bin/sh\n#V2.0 Format'),
  mark('dmg', -512, 'koly'),
  mark('gzip', 0, '\x1f\x8b\x08'),
  mark('xz', 0, '\xfd7zXZ\0'),
  mark('zstd', 0, '\x28\xb5\x2f\xfd'),
  mark('bzip2', 0, 'BZh'),
  mark('lz4', 0, '\x04\x22\x4d\x18'),
  mark('zip', 0, 'PK\x03\x04'),
  mark('7z', 0, '7z\xbc\xaf\x27\x1c'),
  mark('rar', 0, 'Rar!\x1a\x07'),
  mark('tar', 257, 'ustar'),
];

/** A VMDK text descriptor: qemu takes any text whose first line that is no comment starts with `version=`. */
function isVmdkDescriptor(head: Buffer): boolean {
  const text = head.toString('latin1', 0, 20_480);
  if (/^# Disk DescriptorFile/i.test(text)) return true;
  for (const line of text.split('\n')) {
    if (/^#/.test(line) || /^[ \t]*\r?$/.test(line)) continue;
    return /^[ \t]*version[ \t]*=/i.test(line);
  }
  return false;
}

/** Where a boot sector has its partitions, and what it ends in. */
const PARTITIONS = { at: 446, bytes: 64, mark: 0xaa55 } as const;

/** Whether a file begins as disks with partitions do. An ISO image that does can be written to a disk as it is. */
export function hasPartitions(head: Buffer): boolean {
  const { at, bytes } = PARTITIONS;
  if (head.length < at + bytes + 2 || head.readUInt16LE(at + bytes) !== PARTITIONS.mark) return false;
  return head.subarray(at, at + bytes).some((byte) => byte !== 0);
}

/** All formats the first and last bytes of a file could be taken for; none means raw. */
export function detectFormats(head: Buffer, tail: Buffer): ImageFormat[] {
  const found = new Set<ImageFormat>();
  for (const { format, offset, bytes } of MARKS) {
    const window = offset < 0 ? tail : head;
    const start = offset < 0 ? tail.length + offset : offset;
    if (start >= 0 && window.subarray(start, start + bytes.length).equals(bytes)) found.add(format);
  }
  // Any version but 1 is read as qcow2, so that a strange version gets its own refusal.
  if (head.toString('latin1', 0, 4) === 'QFI\xfb' && !found.has('qcow')) found.add('qcow2');
  if (isVmdkDescriptor(head)) found.add('vmdk');
  return [...found];
}
