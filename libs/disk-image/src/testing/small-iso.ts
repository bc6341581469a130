const SECTOR = 2048;

/** Where the small ISO image has what, in bytes. */
export const ISO = {
  primary: 16 * SECTOR,
  boot: 17 * SECTOR,
  joliet: 18 * SECTOR,
  end: 19 * SECTOR,
  tables: 20 * SECTOR,
  root: 24 * SECTOR,
  catalogue: 26 * SECTOR,
  fileSize: 29 * SECTOR,
} as const;

/** Fields of a descriptor. Numbers of both byte orders are 4 or 8 bytes long. */
export const ISO_FIELD = {
  kind: 0,
  mark: 1,
  version: 6,
  catalogue: 71,
  blocks: 80,
  blockSize: 128,
  tableSize: 132,
  tables: [140, 144, 148, 152],
  root: 156,
  rootBlock: 158,
  rootBytes: 166,
  rootFlags: 181,
} as const;

const BLOCKS = ISO.fileSize / SECTOR;
const TEXT = 'a small ISO image\n';
/** The blocks of the directories of the two trees. */
const TREES = { plain: { root: 24, tables: [20, 21] }, joliet: { root: 25, tables: [22, 23] } } as const;
const FILE_BLOCK = 27;

/** A number the lower bytes first, then the same the higher bytes first. */
export function writeBoth(file: Buffer, value: number, at: number, width: 2 | 4 = 4): void {
  file.writeUIntLE(value, at, width);
  file.writeUIntBE(value, at + width, width);
}

/** A valid ISO image of 58 KiB with one file, names of Joliet, and a boot catalogue. */
export function smallIso(): Buffer {
  const file = Buffer.alloc(ISO.fileSize);
  writeVolume(file, ISO.primary, 'plain');
  writeVolume(file, ISO.joliet, 'joliet');
  writeHead(file, ISO.boot, 0);
  file.write('EL TORITO SPECIFICATION', ISO.boot + 7, 'latin1');
  file.writeUInt32LE(ISO.catalogue / SECTOR, ISO.boot + ISO_FIELD.catalogue);
  writeHead(file, ISO.end, 255);
  writeTree(file, 'plain', Buffer.from('HELLO.TXT;1', 'latin1'));
  writeTree(file, 'joliet', Buffer.from('hello.txt', 'utf16le').swap16());
  writeCatalogue(file);
  file.write(TEXT, FILE_BLOCK * SECTOR, 'latin1');
  return file;
}

/** The same as a disk with a partition, which is the image: it can be written to a disk as it is. */
export function smallHybridIso(): Buffer {
  const file = smallIso();
  file.writeUInt8(0x80, 446);
  file.writeUInt8(0x17, 450);
  file.writeUInt32LE(ISO.fileSize / 512, 458);
  file.writeUInt16LE(0xaa55, 510);
  return file;
}

function writeHead(file: Buffer, at: number, kind: number): void {
  file.writeUInt8(kind, at);
  file.write('CD001', at + ISO_FIELD.mark, 'latin1');
  file.writeUInt8(1, at + ISO_FIELD.version);
}

function writeVolume(file: Buffer, at: number, tree: keyof typeof TREES): void {
  const { root, tables } = TREES[tree];
  const isJoliet = tree === 'joliet';
  writeHead(file, at, isJoliet ? 2 : 1);
  for (const [field, length] of [
    [8, 32],
    [40, 32],
    [190, 623],
  ] as const)
    // oxfmt-ignore
    for (let index = 0; index < length; index += 1) file[at + field + index] = isJoliet && index % 2 === 0 ? 0 : 0x20;
  const name = Buffer.from('SMALL', isJoliet ? 'utf16le' : 'latin1');
  (isJoliet ? name.swap16() : name).copy(file, at + 40);
  if (isJoliet) file.write('%/E', at + 88, 'latin1');
  writeBoth(file, BLOCKS, at + ISO_FIELD.blocks);
  writeBoth(file, 1, at + 120, 2);
  writeBoth(file, 1, at + 124, 2);
  writeBoth(file, SECTOR, at + ISO_FIELD.blockSize, 2);
  writeBoth(file, 10, at + ISO_FIELD.tableSize);
  file.writeUInt32LE(tables[0], at + 140);
  file.writeUInt32BE(tables[1], at + 148);
  directoryRecord(root, SECTOR, Buffer.of(0)).copy(file, at + ISO_FIELD.root);
  for (const date of [813, 830, 847, 864]) file.write('0000000000000000', at + date, 'latin1');
  file.writeUInt8(1, at + 881);
}

function writeTree(file: Buffer, tree: keyof typeof TREES, name: Buffer): void {
  const { root, tables } = TREES[tree];
  for (const [index, table] of tables.entries()) {
    const at = table * SECTOR;
    file.writeUInt8(1, at);
    if (index === 0) file.writeUInt32LE(root, at + 2);
    else file.writeUInt32BE(root, at + 2);
    file.writeUInt16LE(index === 0 ? 1 : 256, at + 6);
  }
  const records = [
    directoryRecord(root, SECTOR, Buffer.of(0)),
    directoryRecord(root, SECTOR, Buffer.of(1)),
    record({ block: FILE_BLOCK, bytes: TEXT.length, flags: 0, name }),
  ];
  Buffer.concat(records).copy(file, root * SECTOR);
}

/** One entry that says that nothing is emulated, and one sector of the file to load. */
function writeCatalogue(file: Buffer): void {
  const at = ISO.catalogue;
  file.writeUInt8(1, at);
  file.writeUInt16LE(0xaa55, at + 30);
  file.writeUInt16LE((0x10000 - 0xaa55 - 1) & 0xffff, at + 28);
  file.writeUInt8(0x88, at + 32);
  file.writeUInt16LE(1, at + 38);
  file.writeUInt32LE(FILE_BLOCK, at + 40);
}

const directoryRecord = (block: number, bytes: number, name: Buffer): Buffer =>
  record({ block, bytes, flags: 2, name });

interface RecordOf {
  readonly block: number;
  readonly bytes: number;
  readonly flags: number;
  readonly name: Buffer;
}

function record({ block, bytes, flags, name }: RecordOf): Buffer {
  const length = 33 + name.length + ((name.length + 1) % 2);
  const written = Buffer.alloc(length);
  written.writeUInt8(length, 0);
  writeBoth(written, block, 2);
  writeBoth(written, bytes, 10);
  written.writeUInt8(flags, 25);
  writeBoth(written, 1, 28, 2);
  written.writeUInt8(name.length, 32);
  name.copy(written, 33);
  return written;
}
