import { blocksOf, blockSizeOf, BLOCK_BOUNDS } from '../blocks/block-size.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import { type ImageFile, long, virtualSizeOf } from '../inspect/image-file.ts';
import type { Span } from '../source/coalesce.ts';
import * as vmdk from './format.ts';

const { FLAG, HEADER, SECTOR } = vmdk;
const KNOWN_FLAGS = Object.values(FLAG).reduce((all, flag) => all | flag, 0);
/** Grains are decoded one by one, so they are no larger than the clusters of qcow2. */
const GRAIN_BOUNDS = { ...BLOCK_BOUNDS, most: 2 ** 21 };
const LARGEST_DESCRIPTOR = 64 * 1024;
/** The last three sectors of a file whose directory is at its end: marker, copy of the header, end of the stream. */
const END_BYTES = 3 * SECTOR;

export interface VmdkHeader {
  readonly virtualSize: number;
  readonly grainBytes: number;
  readonly grains: number;
  readonly isCompressed: boolean;
  /** Whether an entry of 1 means a grain of zeros. */
  readonly hasZeroGrains: boolean;
  readonly isUnclean: boolean;
  readonly descriptor: Span;
  readonly directoryOffset: number;
  /** Where the header that counts ends, and what follows the last grain. */
  readonly headers: readonly Span[];
}

/** Parses and judges the header of a sparse VMDK; reads nothing. @throws InspectionRefusal */
export function parseVmdkHeader(file: ImageFile): VmdkHeader {
  const { source, head, tail, limits } = file;
  if (head.toString('latin1', 0, 4) !== vmdk.MARK) refuseOtherKinds(head);
  if (head.length < SECTOR)
    throw new InspectionRefusal('image.truncated', 'The file ends inside its header', head.length);
  const header = head.subarray(0, SECTOR);
  const flags = refuseUnknown(header);
  const isCompressed = compression(header, flags);
  if (
    (flags & FLAG.newLinesKept) !== 0 &&
    header.toString('latin1', HEADER.newLines, HEADER.compression) !== vmdk.NEW_LINES
  ) {
    throw damaged('The file was transferred as text, which changes its bytes', HEADER.newLines);
  }
  const virtualSize = virtualSizeOf(header.readBigUInt64LE(HEADER.capacity) * BigInt(SECTOR), limits, HEADER.capacity);
  const grainBytes = blockSizeOf(long(header, HEADER.grain) * SECTOR, HEADER.grain, GRAIN_BOUNDS);
  if (header.readUInt32LE(HEADER.grainsPerTable) !== vmdk.GRAINS_PER_TABLE) {
    throw damaged('A grain table has another number of entries than 512', HEADER.grainsPerTable);
  }
  const isAtEnd = header.readBigUInt64LE(HEADER.directory) === vmdk.AT_END;
  const last = isAtEnd ? footerOf(header, tail, source.size) : header;
  const end = isAtEnd ? [{ start: source.size - END_BYTES, end: source.size }] : [];
  return {
    ...{ virtualSize, grainBytes, isCompressed },
    grains: blocksOf(virtualSize, grainBytes, HEADER.grain),
    hasZeroGrains: (flags & FLAG.zeroGrains) !== 0,
    isUnclean: header.readUInt8(HEADER.unclean) !== 0,
    descriptor: descriptorOf(header, head.length),
    directoryOffset: long(last, HEADER.directory) * SECTOR,
    headers: [{ start: 0, end: SECTOR }, ...end],
  };
}

/** Marks of a VMDK that are not those of a disk in one sparse file. */
function refuseOtherKinds(head: Buffer): never {
  if (head.toString('latin1', 0, 4) === 'COWD') {
    throw new InspectionRefusal('image.version', 'The sparse disks of ESX servers (COWD) are not read', 0);
  }
  throw new InspectionRefusal('image.external_data_file', 'The file describes a disk whose data is in other files', 0);
}

function refuseUnknown(header: Buffer): number {
  const version = header.readUInt32LE(HEADER.version);
  if (version < 1 || version > 3) {
    throw new InspectionRefusal('image.version', `VMDK version ${version} is not known`, HEADER.version);
  }
  const flags = header.readUInt32LE(HEADER.flags);
  if ((flags & ~KNOWN_FLAGS) !== 0) {
    const unknown = ((flags & ~KNOWN_FLAGS) >>> 0).toString(16);
    throw new InspectionRefusal('image.incompatible_features', `Unknown flags 0x${unknown}`, HEADER.flags);
  }
  return flags;
}

function compression(header: Buffer, flags: number): boolean {
  const type = header.readUInt16LE(HEADER.compression);
  const isCompressed = type === vmdk.DEFLATE;
  const isSaid = (flag: number): boolean => ((flags & flag) !== 0) === isCompressed;
  if (type <= vmdk.DEFLATE && isSaid(FLAG.compressed) && isSaid(FLAG.marked)) return isCompressed;
  throw new InspectionRefusal(
    'image.compression_type',
    `Compression type ${type} does not fit the flags`,
    HEADER.compression,
  );
}

/** The copy of the header at the end of the file, which differs in where the directory is and in nothing else. */
function footerOf(header: Buffer, tail: Buffer, fileSize: number): Buffer {
  const at = fileSize - END_BYTES;
  const end = tail.subarray(-END_BYTES);
  if (end.length < END_BYTES || end.readUInt32LE(12) !== vmdk.FOOTER_MARKER || end.readUInt32LE(8) !== 0) {
    throw new InspectionRefusal('image.truncated', 'The file does not end in a copy of its header', Math.max(0, at));
  }
  const footer = end.subarray(SECTOR, 2 * SECTOR);
  const before = header.subarray(0, HEADER.directory).equals(footer.subarray(0, HEADER.directory));
  if (!before) throw damaged('The header and its copy at the end differ', at + SECTOR);
  return footer;
}

/** The text that says what the disk consists of must be in the file, near its beginning. */
function descriptorOf(header: Buffer, headBytes: number): Span {
  const start = long(header, HEADER.descriptor) * SECTOR;
  const bytes = long(header, HEADER.descriptorSectors) * SECTOR;
  if (start === 0 || bytes === 0) {
    throw new InspectionRefusal(
      'image.external_data_file',
      'The file is one of several that a disk consists of',
      HEADER.descriptor,
    );
  }
  if (bytes > LARGEST_DESCRIPTOR) throw damaged(`The descriptor has ${bytes} bytes`, HEADER.descriptorSectors);
  if (start + bytes > headBytes) {
    const message = 'The descriptor is outside of the first bytes of the file';
    throw new InspectionRefusal('image.offset_out_of_file', message, HEADER.descriptor);
  }
  return { start, end: start + bytes };
}

function damaged(message: string, at: number): InspectionRefusal {
  return new InspectionRefusal('image.header', message, at);
}
