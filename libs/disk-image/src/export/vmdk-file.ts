import { deflateSync } from 'node:zlib';
import { freeNow } from '../reader/free-now.ts';
import { derivedId } from './derived-id.ts';
import type { DiskShape } from './disk-shape.ts';
import { bytesSection, diskStretch, FileLayout, tableSection } from './file-layout.ts';
import type { Section, Stretch } from './file-layout.ts';
import type { BlockRuns } from './block-runs.ts';
import * as format from '../vmdk/format.ts';

/**
 * VMware's format for exchange, `streamOptimized`, by its "Virtual Disk Format 5.0": the one kind of VMDK that ESXi and
 * vCenter (as a part of an OVF), Workstation, VirtualBox, qemu and the importers of public clouds all take. All numbers
 * are little-endian, places are counted in sectors.
 *
 *   header, descriptor (a text), grain directory, grain tables, grains of 64 KiB, end of stream
 *
 * Tables lie before the grains, as VMware's own open-vmdk writes them. A grain is a zlib stream. Ours has stored blocks
 * only: so each is as long as any other, every byte has its place before a grain is read, and the file can be made from
 * the middle on. It is larger than a compressed one, and made as fast as the disk is read.
 */
const { FLAG, GRAIN_MARKER_BYTES, GRAINS_PER_TABLE, HEADER, SECTOR, TABLE_BYTES } = format;
const GRAIN = 64 * 1024;
const DESCRIPTOR_SECTORS = 20;
const DIRECTORY_OFFSET = (1 + DESCRIPTOR_SECTORS) * SECTOR;

/** The largest disk: with all of its grains the file has still places of 32 bits. */
export const LARGEST_VMDK = 2016 * 2 ** 30;

/** A stored block of deflate holds 65,535 bytes, one less than a grain. */
const FIRST_BLOCK = 65_535;
/** Marker (sector of the disk, bytes of the stream), header of the stream, and of its first block. */
const GRAIN_HEAD = GRAIN_MARKER_BYTES + 2 + 5;
const STREAM_BYTES = 2 + 5 + FIRST_BLOCK + 5 + (GRAIN - FIRST_BLOCK) + 4;
const RECORD = Math.ceil((GRAIN_MARKER_BYTES + STREAM_BYTES) / SECTOR) * SECTOR;
const SECOND_HEADER = storedBlock(GRAIN - FIRST_BLOCK, true);

/** A VMDK of the kind streamOptimized. */
export function vmdk(shape: DiskShape, identity: string): FileLayout {
  const grains = shape.runsOf(GRAIN);
  const tables = shape.runsOf(GRAIN * GRAINS_PER_TABLE);
  const directory = tableSection({
    entries: Math.ceil(shape.bytes / (GRAIN * GRAINS_PER_TABLE)),
    entryBytes: 4,
    padTo: SECTOR,
    write: (into, at, table) => {
      if (tables.has(table)) into.writeUInt32LE((firstTable + tables.rankOf(table) * TABLE_BYTES) / SECTOR, at);
    },
  });
  const firstTable = DIRECTORY_OFFSET + directory.length;
  const entries = tableSection({
    entries: tables.count * GRAINS_PER_TABLE,
    entryBytes: 4,
    padTo: SECTOR,
    write: (into, at, entry) => {
      const table = tables.at(Math.floor(entry / GRAINS_PER_TABLE));
      const grain = table * GRAINS_PER_TABLE + (entry % GRAINS_PER_TABLE);
      if (grains.has(grain)) into.writeUInt32LE((firstGrain + grains.rankOf(grain) * RECORD) / SECTOR, at);
    },
  });
  const firstGrain = firstTable + entries.length;
  return new FileLayout([
    bytesSection(makeHeader(shape, firstGrain)),
    bytesSection(makeDescriptor(shape, identity)),
    directory,
    entries,
    grainsSection(grains, shape.bytes),
    bytesSection(Buffer.alloc(SECTOR)), // a marker of nothing is the end of the stream
  ]);
}

function makeHeader({ sectors }: DiskShape, firstGrain: number): Buffer {
  const header = Buffer.alloc(SECTOR);
  header.write(format.MARK, 0, 'latin1');
  header.writeUInt32LE(3, HEADER.version);
  header.writeUInt32LE(FLAG.newLinesKept | FLAG.compressed | FLAG.marked, HEADER.flags);
  header.writeBigUInt64LE(BigInt(sectors), HEADER.capacity);
  header.writeBigUInt64LE(BigInt(GRAIN / SECTOR), HEADER.grain);
  header.writeBigUInt64LE(1n, HEADER.descriptor);
  header.writeBigUInt64LE(BigInt(DESCRIPTOR_SECTORS), HEADER.descriptorSectors);
  header.writeUInt32LE(GRAINS_PER_TABLE, HEADER.grainsPerTable);
  header.writeBigUInt64LE(BigInt(DIRECTORY_OFFSET / SECTOR), HEADER.directory); // no second directory, at 48
  header.writeBigUInt64LE(BigInt(firstGrain / SECTOR), HEADER.firstGrain);
  header.write(format.NEW_LINES, HEADER.newLines, 'latin1'); // a transfer as text would spoil them
  header.writeUInt16LE(format.DEFLATE, HEADER.compression);
  return header;
}

function makeDescriptor({ sectors }: DiskShape, identity: string): Buffer {
  const content = derivedId(identity, 'vmdk content').toString('hex');
  // The last two of these numbers mean that there is no content, and no parent.
  const id = Math.min(Number.parseInt(content.slice(-8), 16), 0xfffffffd)
    .toString(16)
    .padStart(8, '0');
  const [heads, sectorsPerTrack] = [255, 63];
  const cylinders = Math.min(65_535, Math.ceil(sectors / (heads * sectorsPerTrack)));
  const text = [
    '# Disk DescriptorFile',
    'version=1',
    'encoding="UTF-8"',
    `CID=${id}`,
    `parentCID=${format.NO_PARENT}`,
    'createType="streamOptimized"',
    '',
    '# Extent description',
    `RW ${sectors} SPARSE "disk.vmdk"`,
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    `ddb.longContentID = "${content.slice(0, -8)}${id}"`,
    'ddb.virtualHWVersion = "4"',
    `ddb.geometry.cylinders = "${cylinders}"`,
    `ddb.geometry.heads = "${heads}"`,
    `ddb.geometry.sectors = "${sectorsPerTrack}"`,
    'ddb.adapterType = "lsilogic"', // ESXi refuses disks for "ide"; the machine they are given to decides all the same
    'ddb.toolsVersion = "2147483647"', // not known
    '',
  ].join('\n');
  const descriptor = Buffer.alloc(DESCRIPTOR_SECTORS * SECTOR);
  descriptor.write(text, 'latin1');
  return descriptor;
}

function grainsSection(grains: BlockRuns, diskBytes: number): Section {
  const at = (offset: number): Stretch => {
    const rank = Math.floor(offset / RECORD);
    const start = grains.at(rank) * GRAIN;
    let left = offset - rank * RECORD;
    if (left < GRAIN_HEAD) return { is: 'bytes', bytes: grainHead(start / SECTOR).subarray(left) };
    left -= GRAIN_HEAD;
    if (left < FIRST_BLOCK) return diskStretch(start + left, FIRST_BLOCK - left, diskBytes);
    left -= FIRST_BLOCK;
    if (left < SECOND_HEADER.length) return { is: 'bytes', bytes: SECOND_HEADER.subarray(left) };
    left -= SECOND_HEADER.length;
    const inSecond = GRAIN - FIRST_BLOCK;
    if (left < inSecond) return diskStretch(start + FIRST_BLOCK + left, inSecond - left, diskBytes);
    left -= inSecond;
    const range = { offset: start, length: GRAIN };
    if (left < 4) return { is: 'derived', length: 4 - left, skip: left, range, derive: adler32 };
    return { is: 'zeros', length: RECORD - (offset - rank * RECORD) };
  };
  return { length: grains.count * RECORD, at };
}

function grainHead(sector: number): Buffer {
  const head = Buffer.alloc(GRAIN_HEAD);
  head.writeBigUInt64LE(BigInt(sector), 0);
  head.writeUInt32LE(STREAM_BYTES, 8);
  head.writeUInt16BE(0x7801, 12); // deflate with a window of 32 KiB, not compressed
  storedBlock(FIRST_BLOCK, false).copy(head, 14);
  return head;
}

/** The header of a stored block of deflate: whether it is the last one, its length, and that again, inverted. */
function storedBlock(length: number, isLast: boolean): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(isLast ? 1 : 0, 0);
  header.writeUInt16LE(length, 1);
  header.writeUInt16LE(~length & 0xffff, 3);
  return header;
}

const STORED = { level: 0, chunkSize: GRAIN + 1024 };

/** The checksum a zlib stream ends with. Node has no function for it but zlib itself, which is faster than JavaScript. */
function adler32(data: Buffer): Buffer {
  const stream = deflateSync(data, STORED);
  const sum = Buffer.from(stream.subarray(-4));
  freeNow(stream);
  return sum;
}
