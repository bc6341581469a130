import { SMALL_DISK, smallBlock } from './small-disk.ts';

const { blockSize, blocks, data, virtualSize } = SMALL_DISK;

/** Where the small file has what. */
export const VDI = {
  table: 512,
  data: 1024,
  fileSize: 1024 + data.length * blockSize,
  /** Place in the table of a block of the disk. */
  entry: (block: number): number => 512 + block * 4,
} as const;

/** Fields of the header. */
export const VDI_FIELD = {
  version: 68,
  headerBytes: 72,
  type: 76,
  table: 340,
  data: 344,
  sector: 360,
  size: 368,
  block: 376,
  extra: 380,
  blocks: 384,
  link: 424,
  parent: 440,
} as const;

/** A valid VDI of 13 KiB. Its blocks are not those of 1 MiB that VirtualBox makes. */
export function smallVdi(): Buffer {
  const file = Buffer.alloc(VDI.fileSize);
  file.write('<<< Oracle VM VirtualBox Disk Image >>>\n', 0, 'latin1');
  file.writeUInt32LE(0xbeda107f, 64);
  file.writeUInt32LE(0x00010001, VDI_FIELD.version);
  file.writeUInt32LE(400, VDI_FIELD.headerBytes);
  file.writeUInt32LE(1, VDI_FIELD.type);
  file.writeUInt32LE(VDI.table, VDI_FIELD.table);
  file.writeUInt32LE(VDI.data, VDI_FIELD.data);
  file.writeUInt32LE(512, VDI_FIELD.sector);
  file.writeBigUInt64LE(BigInt(virtualSize), VDI_FIELD.size);
  file.writeUInt32LE(blockSize, VDI_FIELD.block);
  file.writeUInt32LE(blocks, VDI_FIELD.blocks);
  file.writeUInt32LE(data.length, 388);
  file.fill(0xff, VDI.table, VDI.table + blocks * 4);
  data.forEach((block, rank) => {
    file.writeUInt32LE(rank, VDI.entry(block));
    smallBlock(block).copy(file, VDI.data + rank * blockSize);
  });
  return file;
}
