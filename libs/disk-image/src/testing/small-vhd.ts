import { checksum, FOOTER, HEADER, HEADER_BYTES } from '../vhd/format.ts';
import { SMALL_DISK, smallBlock, smallContent } from './small-disk.ts';

const { blockSize, blocks, data, virtualSize } = SMALL_DISK;
const SECTOR = 512;
const RECORD = SECTOR + blockSize;

/** Where the small dynamic file has what. */
export const VHD = {
  header: SECTOR,
  table: SECTOR + HEADER_BYTES,
  records: data.map((_, rank) => 2048 + rank * RECORD),
  footer: 2048 + data.length * RECORD,
  fileSize: 2048 + data.length * RECORD + SECTOR,
  /** Place in the table of a block of the disk. */
  entry: (block: number): number => SECTOR + HEADER_BYTES + block * 4,
} as const;

/** A valid VHD of 16 KiB whose blocks are as small as may be. */
export function smallVhd(): Buffer {
  const file = Buffer.alloc(VHD.fileSize);
  const header = file.subarray(VHD.header, VHD.table);
  header.write('cxsparse', 0, 'latin1');
  header.fill(0xff, 8, 16);
  header.writeBigUInt64BE(BigInt(VHD.table), HEADER.table);
  header.writeUInt32BE(0x00010000, HEADER.version);
  header.writeUInt32BE(blocks, HEADER.entries);
  header.writeUInt32BE(blockSize, HEADER.block);
  file.fill(0xff, VHD.table, VHD.table + SECTOR);
  data.forEach((block, rank) => {
    const record = VHD.records[rank] ?? 0;
    file.writeUInt32BE(record / SECTOR, VHD.entry(block));
    file.fill(0xff, record, record + SECTOR);
    smallBlock(block, block === blocks - 1 ? SECTOR : blockSize).copy(file, record + SECTOR);
  });
  writeFooter(file, 3);
  return sealedVhd(file);
}

/** The same disk as a fixed VHD. */
export function smallFixedVhd(): Buffer {
  const file = Buffer.concat([smallContent(), Buffer.alloc(SECTOR)]);
  writeFooter(file, 2);
  return sealedVhd(file);
}

function writeFooter(file: Buffer, type: number): void {
  const footer = file.subarray(-SECTOR);
  footer.write('conectix', 0, 'latin1');
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x00010000, FOOTER.version);
  if (type === 2) footer.fill(0xff, FOOTER.header, FOOTER.header + 8);
  else footer.writeBigUInt64BE(BigInt(VHD.header), FOOTER.header);
  footer.write('qem2', 28, 'latin1');
  footer.writeBigUInt64BE(BigInt(virtualSize), 40);
  footer.writeBigUInt64BE(BigInt(virtualSize), FOOTER.size);
  footer.writeUInt16BE(1, 56);
  footer.writeUInt8(4, 58);
  footer.writeUInt8(17, 59);
  footer.writeUInt32BE(type, FOOTER.type);
}

/** Makes the checksums right again, and the copy of the footer at the beginning of a dynamic file. */
export function sealedVhd(file: Buffer): Buffer {
  if (file.length < 2 * SECTOR) return file;
  const footer = file.subarray(-SECTOR);
  footer.writeUInt32BE(checksum(footer, FOOTER.checksum), FOOTER.checksum);
  if (file.toString('latin1', VHD.header, VHD.header + 8) !== 'cxsparse') return file;
  footer.copy(file, 0);
  const header = file.subarray(VHD.header, VHD.table);
  header.writeUInt32BE(checksum(header, HEADER.checksum), HEADER.checksum);
  return file;
}
