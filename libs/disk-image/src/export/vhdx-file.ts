import { crc32c } from './crc32c.ts';
import { derivedId } from './derived-id.ts';
import type { DiskShape } from './disk-shape.ts';
import { blocksSection, bytesSection, FileLayout, tableSection, zerosSection } from './file-layout.ts';

/**
 * The format of Hyper-V since 2012, by Microsoft's [MS-VHDX] 3.0. All numbers are little-endian. In MiB:
 *
 *   0   identifier, two headers, two region tables
 *   1   the log, empty
 *   2   metadata
 *   3   table of blocks, as many MiB as it needs
 *       blocks of 1 MiB, as the stored format has them: nothing is filled up
 */
const KIB = 1024;
const MIB = 2 ** 20;
const BLOCK = MIB;
const SECTOR = 512;
const LOG_OFFSET = MIB;
const METADATA_OFFSET = 2 * MIB;
const TABLE_OFFSET = 3 * MIB;

/** The most that the format has places for. */
export const LARGEST_VHDX = 64 * 2 ** 40;

/** States of a block in the table. */
const ZERO = 2;
const PRESENT = 6;
/** After so many blocks the table has an entry of another kind, which only differencing disks use. */
const BLOCKS_PER_CHUNK = (2 ** 23 * SECTOR) / BLOCK;

const BAT_REGION = '2dc27766-f623-4200-9d64-115e9bfd4a08';
const METADATA_REGION = '8b7ca206-4790-4b9a-b8fe-575f050f886e';
const FILE_PARAMETERS = 'caa16737-fa36-4d43-b3b6-33f0aa44e76b';
const DISK_SIZE = '2fa54224-cd1b-4876-b211-5dbed83bf4b8';
const DISK_ID = 'beca12ab-b2e6-4523-93ef-c309e000c746';
const LOGICAL_SECTOR = '8141bf1d-a96f-4709-ba47-f233a8faab5f';
const PHYSICAL_SECTOR = 'cda348c7-445d-4471-9cc9-e9885251c556';

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
      into.writeBigUInt64LE(BigInt(place) | BigInt(place === 0 ? ZERO : PRESENT), at);
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
  for (const [number, at] of [64 * KIB, 128 * KIB].entries()) {
    const header = head.subarray(at, at + 4 * KIB);
    header.write('head', 0, 'latin1');
    header.writeBigUInt64LE(BigInt(number), 8);
    derivedId(identity, 'vhdx file').copy(header, 16);
    derivedId(identity, 'vhdx data').copy(header, 32);
    // The id of the log stays zero: there is nothing in it to be replayed.
    header.writeUInt16LE(1, 66);
    header.writeUInt32LE(METADATA_OFFSET - LOG_OFFSET, 68);
    header.writeBigUInt64LE(BigInt(LOG_OFFSET), 72);
    header.writeUInt32LE(crc32c(header), 4);
  }
  for (const at of [192 * KIB, 256 * KIB]) writeRegions(head.subarray(at, at + 64 * KIB), tableBytes);
  return head;
}

function writeRegions(regions: Buffer, tableBytes: number): void {
  const required = 1;
  regions.write('regi', 0, 'latin1');
  const entries = [
    [BAT_REGION, TABLE_OFFSET, tableBytes],
    [METADATA_REGION, METADATA_OFFSET, TABLE_OFFSET - METADATA_OFFSET],
  ] as const;
  regions.writeUInt32LE(entries.length, 8);
  for (const [index, [id, offset, length]] of entries.entries()) {
    const at = 16 + index * 32;
    guid(id).copy(regions, at);
    regions.writeBigUInt64LE(BigInt(offset), at + 16);
    regions.writeUInt32LE(length, at + 24);
    regions.writeUInt32LE(required, at + 28);
  }
  regions.writeUInt32LE(crc32c(regions), 4);
}

/** What an item of the metadata is about, and that it must be understood. */
const OF_FILE = 4;
const OF_DISK = 6;

function makeMetadata({ bytes }: DiskShape, identity: string): Buffer {
  const items: readonly (readonly [string, number, Buffer])[] = [
    [FILE_PARAMETERS, OF_FILE, numbers(BLOCK, 0)], // no parent, blocks come as they are written
    [DISK_SIZE, OF_DISK, long(bytes)],
    [DISK_ID, OF_DISK, derivedId(identity, 'vhdx disk')],
    [LOGICAL_SECTOR, OF_DISK, numbers(SECTOR)],
    [PHYSICAL_SECTOR, OF_DISK, numbers(SECTOR)],
  ];
  const metadata = Buffer.alloc(TABLE_OFFSET - METADATA_OFFSET);
  metadata.write('metadata', 0, 'latin1');
  metadata.writeUInt16LE(items.length, 10);
  let place = 64 * KIB;
  for (const [index, [id, flags, value]] of items.entries()) {
    const at = 32 + index * 32;
    guid(id).copy(metadata, at);
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

/** As Microsoft writes them: the first three groups are numbers, and little-endian. */
function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
