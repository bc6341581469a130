import { BlockMap } from '../blocks/block-map.ts';
import { outOfFile, requireApart, requireOwnBytes } from '../blocks/own-bytes.ts';
import { requireEndToAgree } from '../inspect/declared-format.ts';
import { type ImageFile, long, mappedDisk, type OpenedDisk, readTable } from '../inspect/image-file.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import * as vhdx from './format.ts';
import { parseVhdxHead } from './header.ts';
import { parseVhdxMetadata, type VhdxDisk } from './metadata.ts';

const { MIB, STATE } = vhdx;

/** The disk in a VHDX that depends on no other and was closed properly. */
export async function openVhdx(file: ImageFile): Promise<OpenedDisk> {
  const { source, head, limits } = file;
  const regions = parseVhdxHead(head, source.size);
  requireApart(regions.all);
  const { start, end } = regions.metadata;
  const metadata = await readTable(file, { offset: start, bytes: Math.min(end - start, MIB), name: 'metadata' });
  if (metadata.length < MIB) throw new InspectionRefusal('image.header', 'There are no metadata', start);
  const disk = parseVhdxMetadata(metadata, start, limits);
  await requireEndToAgree(file, 'vhdx');
  const places = await readPlaces(file, regions.blocks, disk);
  const { virtualSize, blockSize } = disk;
  const lastBytes = virtualSize - (places.length - 1) * blockSize;
  await requireOwnBytes({ places, unit: MIB, bytes: blockSize, lastBytes }, regions.all, file);
  return mappedDisk(source, new BlockMap({ virtualSize, blockSize, places, unit: MIB }));
}

async function readPlaces(
  file: ImageFile,
  region: { readonly start: number; readonly end: number },
  { virtualSize, blockSize }: VhdxDisk,
): Promise<Uint32Array> {
  const blocks = Math.ceil(virtualSize / blockSize);
  const chunk = vhdx.blocksPerChunk(blockSize);
  const bytes = (blocks + Math.floor((blocks - 1) / chunk)) * 8;
  if (bytes > region.end - region.start) {
    const message = `The table of blocks has ${region.end - region.start} bytes, the disk needs ${bytes}`;
    throw new InspectionRefusal('image.tables', message, region.start);
  }
  const table = await readTable(file, { offset: region.start, bytes, name: 'table of blocks', at: region.start });
  const places = new Uint32Array(blocks);
  for (let block = 0; block < blocks; block += 1) {
    const entry = (block + Math.floor(block / chunk)) * 8;
    places[block] = placeOf(table, entry, region.start + entry);
  }
  return places;
}

/** Where a block is, in MiB; 0 where it reads as zeros. */
function placeOf(table: Buffer, entry: number, at: number): number {
  const state = table.readUInt8(entry) & 7;
  const low = table.readUInt32LE(entry);
  if (state === STATE.partlyPresent) {
    throw new InspectionRefusal('image.backing_file', 'A part of a block is that of a parent disk', at);
  }
  if ((low & 0xffff8) !== 0 || (state > STATE.unmapped && state !== STATE.present)) {
    throw new InspectionRefusal('image.tables', 'The entry of a block has reserved bits set', at);
  }
  if (state !== STATE.present) return 0;
  const place = Math.floor(long(table, entry) / MIB);
  if (place === 0 || place >= 2 ** 32) throw outOfFile(place * MIB, at);
  return place;
}
