import { batchesOf } from '../blocks/batches.ts';
import { BlockMap } from '../blocks/block-map.ts';
import { blocksOf, blockSizeOf } from '../blocks/block-size.ts';
import { outOfFile, overlap, requireOwnBytes } from '../blocks/own-bytes.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import { type ImageFile, mappedDisk, type OpenedDisk, readTable, virtualSizeOf } from '../inspect/image-file.ts';
import { freeNow } from '../reader/free-now.ts';

/**
 * The format of VirtualBox, version 1.1, by its own source (`VDICore.h`). All numbers are little-endian.
 *
 *   text of 64 bytes, mark, version, header, table of blocks, blocks
 */
const FIELD = {
  version: 68,
  headerBytes: 72,
  type: 76,
  tableOffset: 340,
  dataOffset: 344,
  sectorSize: 360,
  size: 368,
  blockSize: 376,
  blockExtra: 380,
  blocks: 384,
  /** Ids of the disk that this one is the difference to, and of its last change. */
  parents: 424,
  end: 456,
} as const;
const HEADER_AT = 72;
const VERSION = 0x00010001;
const DYNAMIC = 1;
const FIXED = 2;
const SECTOR = 512;
/** From here on an entry means that the block reads as zeros: never written, or given back. */
const GIVEN_BACK = 0xfffffffe;

interface VdiHeader {
  readonly virtualSize: number;
  readonly blockSize: number;
  readonly blocks: number;
  readonly tableOffset: number;
  readonly dataOffset: number;
}

/** The disk in a VDI file that depends on no other. */
export async function openVdi(file: ImageFile): Promise<OpenedDisk> {
  const { source } = file;
  const header = parseHeader(file);
  const { virtualSize, blockSize, blocks, tableOffset } = header;
  const places = await readPlaces(file, header);
  const placed = { places, unit: SECTOR, bytes: blockSize, lastBytes: virtualSize - (blocks - 1) * blockSize };
  const tables = [
    { start: 0, end: FIELD.end },
    { start: tableOffset, end: tableOffset + blocks * 4 },
  ];
  await requireOwnBytes(placed, tables, file);
  return mappedDisk(source, new BlockMap({ virtualSize, blockSize, places, unit: SECTOR }));
}

async function readPlaces(file: ImageFile, header: VdiHeader): Promise<Uint32Array> {
  const { source, head, signal } = file;
  const { blockSize, blocks, tableOffset, dataOffset } = header;
  const place = { offset: tableOffset, bytes: blocks * 4, name: 'table of blocks', at: FIELD.tableOffset };
  const table = await readTable(file, place);
  const places = new Uint32Array(blocks);
  for await (const { start, end } of batchesOf(blocks, signal)) {
    for (let block = start; block < end; block += 1) {
      const entry = table.readUInt32LE(block * 4);
      if (entry >= GIVEN_BACK) continue;
      const sector = (dataOffset + entry * blockSize) / SECTOR;
      if (sector * SECTOR >= source.size || sector >= 2 ** 32) {
        throw outOfFile(sector * SECTOR, tableOffset + block * 4);
      }
      places[block] = sector;
    }
  }
  if (table.buffer !== head.buffer) freeNow(table); // before as much is taken again
  return places;
}

function parseHeader({ head, limits }: ImageFile): VdiHeader {
  if (head.length < FIELD.end) {
    throw new InspectionRefusal('image.truncated', 'The file ends inside the VDI header', head.length);
  }
  const version = head.readUInt32LE(FIELD.version);
  if (version !== VERSION) {
    throw new InspectionRefusal('image.version', `VDI version 0x${version.toString(16)} is not known`, FIELD.version);
  }
  const headerBytes = head.readUInt32LE(FIELD.headerBytes);
  if (headerBytes < FIELD.end - HEADER_AT || headerBytes > 2 ** 16) {
    throw new InspectionRefusal('image.header', `The header claims ${headerBytes} bytes`, FIELD.headerBytes);
  }
  if (head.subarray(FIELD.parents, FIELD.end).some((byte) => byte !== 0)) {
    throw new InspectionRefusal('image.backing_file', 'The disk depends on a parent disk', FIELD.parents);
  }
  const type = head.readUInt32LE(FIELD.type);
  if (type !== DYNAMIC && type !== FIXED) {
    throw new InspectionRefusal(
      'image.backing_file',
      `The disk is the difference to another (type ${type})`,
      FIELD.type,
    );
  }
  const virtualSize = virtualSizeOf(head.readBigUInt64LE(FIELD.size), limits, FIELD.size);
  const blockSize = blockSizeOf(head.readUInt32LE(FIELD.blockSize), FIELD.blockSize);
  if (head.readUInt32LE(FIELD.blockExtra) !== 0 || head.readUInt32LE(FIELD.sectorSize) !== SECTOR) {
    const message = 'The image has sectors of another size than 512 bytes, or more in its blocks than data';
    throw new InspectionRefusal('image.incompatible_features', message, FIELD.sectorSize);
  }
  const blocks = blocksOf(virtualSize, blockSize, FIELD.blockSize);
  const entries = head.readUInt32LE(FIELD.blocks);
  if (entries < blocks) {
    const message = `The table of blocks has ${entries} entries, the disk needs ${blocks}`;
    throw new InspectionRefusal('image.tables', message, FIELD.blocks);
  }
  return { virtualSize, blockSize, blocks, ...parseOffsets(head) };
}

function parseOffsets(head: Buffer): Pick<VdiHeader, 'tableOffset' | 'dataOffset'> {
  const tableOffset = head.readUInt32LE(FIELD.tableOffset);
  const dataOffset = head.readUInt32LE(FIELD.dataOffset);
  for (const [offset, at] of [
    [tableOffset, FIELD.tableOffset],
    [dataOffset, FIELD.dataOffset],
  ] as const) {
    if (offset % SECTOR !== 0) {
      throw new InspectionRefusal('image.offset_unaligned', `The offset ${offset} is not the start of a sector`, at);
    }
    if (offset < FIELD.end) throw overlap(offset, at);
  }
  return { tableOffset, dataOffset };
}
