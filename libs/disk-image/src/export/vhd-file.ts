import { derivedId } from './derived-id.ts';
import type { DiskShape } from './disk-shape.ts';
import { blocksSection, bytesSection, FileLayout, tableSection } from './file-layout.ts';
import { rawSection } from './raw-file.ts';
import {
  bitmapBytes,
  checksum,
  DISK_TYPES,
  type DiskType,
  FOOTER,
  FOOTER_MARK,
  HEADER,
  HEADER_BYTES,
  HEADER_MARK,
  SECTOR,
  UNUSED,
  VERSION,
} from '../vhd/format.ts';

const BLOCK = 2 ** 21;
const TABLE_OFFSET = SECTOR + HEADER_BYTES;
const NOWHERE = 0xffffffffffffffffn;
/** Every sector of a block is what the block says. */
const BITMAP = Buffer.alloc(bitmapBytes(BLOCK), 0xff);

/** The largest disk that Hyper-V, Azure and qemu take: places are counted in 32 bits of sectors. */
export const LARGEST_VHD = 2040 * 2 ** 30;

/** A dynamic VHD: what holds no data takes no room. */
export function dynamicVhd(shape: DiskShape, identity: string): FileLayout {
  const runs = shape.runsOf(BLOCK);
  const footer = bytesSection(makeFooter(shape, identity, 'dynamic'));
  const entries = Math.ceil(shape.bytes / BLOCK);
  const table = tableSection({
    entries,
    entryBytes: 4,
    padTo: SECTOR,
    padding: 0xff,
    write: (into, at, block) => {
      into.writeUInt32BE(runs.has(block) ? firstSector + runs.rankOf(block) * SECTORS_PER_RECORD : UNUSED, at);
    },
  });
  const firstSector = (TABLE_OFFSET + table.length) / SECTOR;
  const blocks = blocksSection({ runs, blockSize: BLOCK, diskBytes: shape.bytes, prefix: BITMAP });
  return new FileLayout([footer, bytesSection(makeHeader(entries)), table, blocks, footer]);
}

const SECTORS_PER_RECORD = (BITMAP.length + BLOCK) / SECTOR;

/** A fixed VHD, which is what Azure takes. */
export function fixedVhd(shape: DiskShape, identity: string): FileLayout {
  return new FileLayout([rawSection(shape), bytesSection(makeFooter(shape, identity, 'fixed'))]);
}

function makeFooter({ bytes, sectors }: DiskShape, identity: string, type: DiskType): Buffer {
  const footer = Buffer.alloc(SECTOR);
  footer.write(FOOTER_MARK, 0, 'latin1');
  footer.writeUInt32BE(2, 8); // no features
  footer.writeUInt32BE(VERSION, FOOTER.version);
  footer.writeBigUInt64BE(type === 'dynamic' ? BigInt(SECTOR) : NOWHERE, FOOTER.header);
  // The time it was made, at 24, stays 0: the same image shall give the same bytes.
  // Geometries cannot express most sizes. Of a creator it does not know qemu believes the geometry all the same and
  // cuts the disk; this is its own name for "the size is what counts", which is how everybody else reads the format.
  footer.write('qem2', 28, 'latin1');
  footer.writeUInt32BE(VERSION, 32);
  footer.write('Wi2k', 36, 'latin1');
  footer.writeBigUInt64BE(BigInt(bytes), 40);
  footer.writeBigUInt64BE(BigInt(bytes), FOOTER.size);
  const { cylinders, heads, sectorsPerTrack } = geometry(sectors);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectorsPerTrack, 59);
  footer.writeUInt32BE(DISK_TYPES[type], FOOTER.type);
  derivedId(identity, `vhd ${type}`).copy(footer, 68);
  footer.writeUInt32BE(checksum(footer, FOOTER.checksum), FOOTER.checksum);
  return footer;
}

function makeHeader(entries: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(HEADER_MARK, 0, 'latin1');
  header.writeBigUInt64BE(NOWHERE, 8);
  header.writeBigUInt64BE(BigInt(TABLE_OFFSET), HEADER.table);
  header.writeUInt32BE(VERSION, HEADER.version);
  header.writeUInt32BE(entries, HEADER.entries);
  header.writeUInt32BE(BLOCK, HEADER.block);
  header.writeUInt32BE(checksum(header, HEADER.checksum), HEADER.checksum);
  return header;
}

interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
}

/** The geometry the specification gives a disk of so many sectors; never more of them. */
export function geometry(sectors: number): Geometry {
  const counted = Math.min(sectors, 65_535 * 16 * 255);
  if (counted >= 65_535 * 16 * 63) return cylindersOf(counted, 16, 255);
  const tracks = Math.floor(counted / 17);
  const heads = Math.max(4, Math.ceil(tracks / 1024));
  if (heads <= 16 && tracks < heads * 1024) return cylindersOf(counted, heads, 17);
  return cylindersOf(counted, 16, Math.floor(counted / 31) < 16 * 1024 ? 31 : 63);
}

function cylindersOf(sectors: number, heads: number, sectorsPerTrack: number): Geometry {
  return { cylinders: Math.floor(Math.floor(sectors / sectorsPerTrack) / heads), heads, sectorsPerTrack };
}
