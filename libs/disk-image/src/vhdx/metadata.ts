import { blockSizeOf, BLOCK_BOUNDS } from '../blocks/block-size.ts';
import { virtualSizeOf } from '../inspect/image-file.ts';
import type { InspectionLimits } from '../inspect/limits.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import * as vhdx from './format.ts';
import { damaged, unknown } from './header.ts';

const { ITEM } = vhdx;
/** Items of metadata that a file may have. */
const MOST_ITEMS = 2047;

export interface VhdxDisk {
  readonly virtualSize: number;
  readonly blockSize: number;
}

/**
 * What the metadata say of the disk; anything of them that must be understood is.
 * @param metadata the first MiB of their region, which begins at `start` of the file
 * @throws InspectionRefusal
 */
export function parseVhdxMetadata(metadata: Buffer, start: number, limits: InspectionLimits): VhdxDisk {
  const items = itemsOf(metadata, start);
  const parameters = valueOf(items, ITEM.fileParameters, 8, start);
  if ((parameters.value.readUInt32LE(4) & vhdx.HAS_PARENT) !== 0) throw dependent(parameters.at);
  const blockSize = blockSizeOf(parameters.value.readUInt32LE(0), parameters.at, { ...BLOCK_BOUNDS, least: vhdx.MIB });
  const size = valueOf(items, ITEM.diskSize, 8, start);
  const sector = valueOf(items, ITEM.logicalSector, 4, start);
  if (sector.value.readUInt32LE(0) !== vhdx.SECTOR) {
    const message = `The disk has sectors of ${sector.value.readUInt32LE(0)} bytes; those of servers have 512`;
    throw new InspectionRefusal('image.incompatible_features', message, sector.at);
  }
  return { virtualSize: virtualSizeOf(size.value.readBigUInt64LE(0), limits, size.at), blockSize };
}

interface Item {
  readonly value: Buffer;
  /** Where it is in the file. */
  readonly at: number;
}

function itemsOf(metadata: Buffer, start: number): Map<Buffer, Item> {
  if (metadata.toString('latin1', 0, 8) !== 'metadata') throw damaged('There are no metadata', start);
  const count = metadata.readUInt16LE(10);
  if (count > MOST_ITEMS) throw damaged(`There are ${count} items of metadata`, start + 10);
  const items = new Map<Buffer, Item>();
  for (let index = 1; index <= count; index += 1) {
    const at = index * vhdx.ENTRY_BYTES;
    const id = metadata.subarray(at, at + 16);
    const known = Object.values(ITEM).find((guid) => guid.equals(id));
    if (known === ITEM.parentLocator) throw dependent(start + at);
    if (known && items.has(known)) throw damaged('An item of the metadata is there twice', start + at);
    const isRequired = (metadata.readUInt32LE(at + 24) & vhdx.METADATA_REQUIRED) !== 0;
    if (!known && isRequired) throw unknown('item of the metadata', start + at);
    if (!known) continue;
    const offset = metadata.readUInt32LE(at + 16);
    const end = offset + metadata.readUInt32LE(at + 20);
    if (offset < vhdx.METADATA_TABLE_BYTES || end > metadata.length) {
      const message = 'An item of the metadata is outside of them';
      throw new InspectionRefusal('image.offset_out_of_file', message, start + at + 16);
    }
    items.set(known, { value: metadata.subarray(offset, end), at: start + offset });
  }
  return items;
}

function valueOf(items: Map<Buffer, Item>, id: Buffer, bytes: number, start: number): Item {
  const item = items.get(id);
  if (item?.value.length !== bytes) throw damaged('The metadata do not say what the disk is', start);
  return item;
}

function dependent(at: number): InspectionRefusal {
  return new InspectionRefusal('image.backing_file', 'The disk depends on a parent disk', at);
}
