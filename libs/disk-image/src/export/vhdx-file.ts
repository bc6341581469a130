import { derivedId } from './derived-id.ts';
import type { DiskShape } from './disk-shape.ts';
import { blocksSection, bytesSection, FileLayout, tableSection, zerosSection } from './file-layout.ts';
import * as format from '../vhdx/format.ts';

const { HEADER, ITEM, MIB, REGION, SECTOR } = format;

/**
 * The format of Hyper-V since 2012, as we lay it out. In MiB:
 *
 *   0   identifier, two headers, two region tables
 *   1   the log, empty
 *   2   metadata
 *   3   table of blocks, as many MiB as it needs
 *       blocks of 1 MiB, as the stored format has them: nothing is filled up
 */
const BLOCK = MIB;
const LOG_OFFSET = MIB;
const METADATA_OFFSET = 2 * MIB;
const TABLE_OFFSET = 3 * MIB;

/** The most that the format has places for. */
export const LARGEST_VHDX = 64 * 2 ** 40;

const BLOCKS_PER_CHUNK = format.blocksPerChunk(BLOCK);

/** A dynamic VHDX. */
export function vhdx(shape: DiskShape, identity: string): FileLayout {
  const runs = shape.runsOf(BLOCK);
  const blocks = Math.ceil(shape.bytes / BLOCK);
  const table = tableSection({
    entries: blocks + Math.floor((blocks - 1) / BLOCKS_PER_CHUNK),
    entryBytes: 8,
    padTo: MIB,
    write: (into, at, entry) => {
      const chunk = Math.floor(entry / (BLOCKS_PER_CHUNK + 1));
      if (entry % (BLOCKS_PER_CHUNK + 1) === BLOCKS_PER_CHUNK) return;
      const block = entry - chunk;
      const place = runs.has(block) ? firstBlock + runs.rankOf(block) * BLOCK : 0;
      into.writeBigUInt64LE(BigInt(place) | BigInt(place === 0 ? format.STATE.zero : format.STATE.present), at);
    },
  });
  const firstBlock = TABLE_OFFSET + table.length;
  return new FileLayout([
    bytesSection(makeHead(identity, table.length)),
    zerosSection(METADATA_OFFSET - LOG_OFFSET),
    bytesSection(makeMetadata(shape, identity)),
    table,
    blocksSection({ runs, blockSize: BLOCK, diskBytes: shape.bytes }),
  ]);
}

function makeHead(identity: string, tableBytes: number): Buffer {
  const head = Buffer.alloc(MIB);
  head.write('vhdxfile', 0, 'latin1');
  head.write('Imago', 8, 'utf16le');
  // Of the two headers the one with the higher number counts.
  for (const [number, at] of format.HEADER_PLACES.entries()) {
    const header = head.subarray(at, at + format.HEADER_BYTES);
    header.write('head', 0, 'latin1');
    header.writeBigUInt64LE(BigInt(number), HEADER.number);
    derivedId(identity, 'vhdx file').copy(header, 16);
    derivedId(identity, 'vhdx data').copy(header, 32);
    // The id of the log stays zero: there is nothing in it to be replayed.
    header.writeUInt16LE(format.VERSION, HEADER.version);
    header.writeUInt32LE(METADATA_OFFSET - LOG_OFFSET, HEADER.logBytes);
    header.writeBigUInt64LE(BigInt(LOG_OFFSET), HEADER.logOffset);
    header.writeUInt32LE(format.checksum(header), HEADER.checksum);
  }
  for (const at of format.REGION_PLACES) writeRegions(head.subarray(at, at + format.REGIONS_BYTES), tableBytes);
  return head;
}

function writeRegions(regions: Buffer, tableBytes: number): void {
  regions.write('regi', 0, 'latin1');
  const entries = [
    [REGION.blocks, TABLE_OFFSET, tableBytes],
    [REGION.metadata, METADATA_OFFSET, TABLE_OFFSET - METADATA_OFFSET],
  ] as const;
  regions.writeUInt32LE(entries.length, 8);
  for (const [index, [id, offset, length]] of entries.entries()) {
    const at = 16 + index * format.ENTRY_BYTES;
    id.copy(regions, at);
    regions.writeBigUInt64LE(BigInt(offset), at + 16);
    regions.writeUInt32LE(length, at + 24);
    regions.writeUInt32LE(format.REGION_REQUIRED, at + 28);
  }
  regions.writeUInt32LE(format.checksum(regions), HEADER.checksum);
}

/** What an item of the metadata is about, and that it must be understood. */
const OF_FILE = format.METADATA_REQUIRED;
const OF_DISK = format.METADATA_REQUIRED | 2;

function makeMetadata({ bytes }: DiskShape, identity: string): Buffer {
  const items: readonly (readonly [Buffer, number, Buffer])[] = [
    [ITEM.fileParameters, OF_FILE, numbers(BLOCK, 0)], // no parent, blocks come as they are written
    [ITEM.diskSize, OF_DISK, long(bytes)],
    [ITEM.diskId, OF_DISK, derivedId(identity, 'vhdx disk')],
    [ITEM.logicalSector, OF_DISK, numbers(SECTOR)],
    [ITEM.physicalSector, OF_DISK, numbers(SECTOR)],
  ];
  const metadata = Buffer.alloc(TABLE_OFFSET - METADATA_OFFSET);
  metadata.write('metadata', 0, 'latin1');
  metadata.writeUInt16LE(items.length, 10);
  let place = format.METADATA_TABLE_BYTES;
  for (const [index, [id, flags, value]] of items.entries()) {
    const at = (index + 1) * format.ENTRY_BYTES;
    id.copy(metadata, at);
    metadata.writeUInt32LE(place, at + 16);
    metadata.writeUInt32LE(value.length, at + 20);
    metadata.writeUInt32LE(flags, at + 24);
    value.copy(metadata, place);
    place += value.length;
  }
  return metadata;
}

function numbers(...values: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
