import { batchesOf } from '../blocks/batches.ts';
import { BlockMap } from '../blocks/block-map.ts';
import { blocksOf, blockSizeOf } from '../blocks/block-size.ts';
import { outOfFile, overlap, requireOwnBytes } from '../blocks/own-bytes.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import {
  type ImageFile,
  longBE,
  mappedDisk,
  type OpenedDisk,
  readTable,
  virtualSizeOf,
} from '../inspect/image-file.ts';
import { freeNow } from '../reader/free-now.ts';
import { RawReader } from '../raw/raw-reader.ts';
import { PartSource } from '../source/part-source.ts';
import * as vhd from './format.ts';

const { FOOTER, HEADER, SECTOR } = vhd;

/**
 * The disk in a fixed or dynamic VHD. Its size is what the footer says; the geometry, which cannot express most sizes, is
 * never looked at. Nor are the bitmaps of sectors: in a disk without a parent, a sector nobody wrote is zeros in its block.
 */
export async function openVhd(file: ImageFile): Promise<OpenedDisk> {
  const { source, head, tail, limits } = file;
  const footerOffset = source.size - SECTOR;
  const footer = tail.subarray(-SECTOR);
  requireFooter(footer, footerOffset);
  const type = footer.readUInt32BE(FOOTER.type);
  if (type === vhd.DIFFERENCING) throw differencing(footerOffset + FOOTER.type);
  const virtualSize = virtualSizeOf(footer.readBigUInt64BE(FOOTER.size), limits, footerOffset + FOOTER.size);
  const suspended = footer.readUInt8(FOOTER.suspended) !== 0;
  const warnings = suspended ? ['The disk is of a machine that was suspended: what it had in memory is missing'] : [];
  if (type === vhd.DISK_TYPES.dynamic) {
    if (!head.subarray(0, SECTOR).equals(footer)) throw damaged('The footer and its copy at the beginning differ', 0);
    return { ...(await openDynamic(file, footer, virtualSize)), warnings };
  }
  if (type !== vhd.DISK_TYPES.fixed) throw damaged(`Disks of type ${type} are not known`, footerOffset + FOOTER.type);
  if (head.toString('latin1', 0, 8) === vhd.FOOTER_MARK) {
    throw new InspectionRefusal('image.format_ambiguous', 'The file reads as a dynamic VHD and as a fixed one', 0);
  }
  if (virtualSize > footerOffset) throw outOfFile(virtualSize, footerOffset + FOOTER.size);
  const disk = new RawReader(new PartSource(source, virtualSize));
  return { reader: disk, allocatedBytes: virtualSize, warnings };
}

function requireFooter(footer: Buffer, offset: number): void {
  if (footer.length < SECTOR || footer.toString('latin1', 0, 8) !== vhd.FOOTER_MARK) {
    throw new InspectionRefusal('image.truncated', 'The file does not end in the footer of a VHD', Math.max(0, offset));
  }
  if (footer.readUInt32BE(FOOTER.checksum) !== vhd.checksum(footer, FOOTER.checksum)) {
    throw damaged('The checksum of the footer is wrong', offset + FOOTER.checksum);
  }
  requireVersion(footer.readUInt32BE(FOOTER.version), offset + FOOTER.version);
}

async function openDynamic(file: ImageFile, footer: Buffer, virtualSize: number): Promise<OpenedDisk> {
  const { source } = file;
  const offset = longBE(footer, FOOTER.header);
  const place = { offset, bytes: vhd.HEADER_BYTES, name: 'dynamic header', at: FOOTER.header };
  const header = await readTable(file, place);
  requireHeader(header, offset);
  const blockSize = blockSizeOf(header.readUInt32BE(HEADER.block), offset + HEADER.block);
  const blocks = blocksOf(virtualSize, blockSize, offset + HEADER.block);
  const entries = header.readUInt32BE(HEADER.entries);
  if (entries < blocks) {
    const message = `The table of blocks has ${entries} entries, the disk needs ${blocks}`;
    throw new InspectionRefusal('image.tables', message, offset + HEADER.entries);
  }
  const tableOffset = longBE(header, HEADER.table);
  const tableBytes = entries * 4;
  if (tableOffset + tableBytes > source.size) throw outOfFile(tableOffset, offset + HEADER.table);
  const table = await readTable(file, {
    ...{ offset: tableOffset, bytes: blocks * 4, name: 'table of blocks' },
    at: offset + HEADER.table,
  });
  const lead = vhd.bitmapBytes(blockSize);
  const places = await readPlaces(table, tableOffset, file.signal);
  if (table.buffer !== file.head.buffer) freeNow(table); // before as much is taken again
  const lastBytes = lead + virtualSize - (blocks - 1) * blockSize;
  const placed = { places, unit: SECTOR, bytes: lead + blockSize, lastBytes };
  const tables = [
    { start: 0, end: SECTOR },
    { start: offset, end: offset + vhd.HEADER_BYTES },
    { start: tableOffset, end: tableOffset + tableBytes },
    { start: source.size - SECTOR, end: source.size },
  ];
  await requireOwnBytes(placed, tables, file);
  return mappedDisk(source, new BlockMap({ virtualSize, blockSize, places, unit: SECTOR, lead }));
}

function requireHeader(header: Buffer, offset: number): void {
  if (header.toString('latin1', 0, 8) !== vhd.HEADER_MARK) throw damaged('There is no dynamic header', offset);
  if (header.readUInt32BE(HEADER.checksum) !== vhd.checksum(header, HEADER.checksum)) {
    throw damaged('The checksum of the dynamic header is wrong', offset + HEADER.checksum);
  }
  requireVersion(header.readUInt32BE(HEADER.version), offset + HEADER.version);
  // Of a parent these are the id, the time, the name, and where it may be found.
  if (header.subarray(HEADER.parent, HEADER.end).some((byte) => byte !== 0)) throw differencing(offset + HEADER.parent);
}

async function readPlaces(table: Buffer, tableOffset: number, signal?: AbortSignal): Promise<Uint32Array> {
  const places = new Uint32Array(table.length / 4);
  for await (const { start, end } of batchesOf(places.length, signal)) {
    for (let block = start; block < end; block += 1) {
      const entry = table.readUInt32BE(block * 4);
      if (entry === 0) throw overlap(0, tableOffset + block * 4); // where the footer is
      if (entry !== vhd.UNUSED) places[block] = entry;
    }
  }
  return places;
}

function requireVersion(version: number, at: number): void {
  if (version === vhd.VERSION) return;
  throw new InspectionRefusal('image.version', `VHD version 0x${version.toString(16)} is not known`, at);
}

function damaged(message: string, at: number): InspectionRefusal {
  return new InspectionRefusal('image.header', message, at);
}

function differencing(at: number): InspectionRefusal {
  return new InspectionRefusal('image.backing_file', 'The disk depends on a parent disk', at);
}
