import { crc32c } from './crc32c.ts';

/**
 * What the reader and the writer of VHDX share, by Microsoft's [MS-VHDX] 3.0. All numbers are little-endian. What takes
 * room in the file takes whole MiB; the first of them has the identifier, two headers and two tables of regions.
 */
export const KIB = 1024;
export const MIB = 2 ** 20;
export const SECTOR = 512;
export const VERSION = 1;

/** Two of each, so that one is whole when a change of the other was cut off. */
export const HEADER_PLACES = [64 * KIB, 128 * KIB] as const;
export const REGION_PLACES = [192 * KIB, 256 * KIB] as const;
export const HEADER_BYTES = 4 * KIB;
export const REGIONS_BYTES = 64 * KIB;

/** Fields of a header. */
export const HEADER = { checksum: 4, number: 8, log: 48, version: 66, logBytes: 68, logOffset: 72 } as const;

/** Entries of the tables of regions and of metadata have these bytes, and these flags say that they must be known. */
export const ENTRY_BYTES = 32;
export const REGION_REQUIRED = 1;
export const METADATA_REQUIRED = 4;
/** The table of metadata; the items lie behind it in their region. */
export const METADATA_TABLE_BYTES = 64 * KIB;

/** In the flags of the file: blocks that are not here are those of a parent. */
export const HAS_PARENT = 2;

/** States of a block in the table, its lowest three bits. Below `present` it reads as zeros. */
export const STATE = { zero: 2, unmapped: 3, present: 6, partlyPresent: 7 } as const;

/** After so many blocks the table has an entry of another kind, which only differencing disks use. */
export const blocksPerChunk = (blockSize: number): number => (2 ** 23 * SECTOR) / blockSize;

export const REGION = {
  blocks: guid('2dc27766-f623-4200-9d64-115e9bfd4a08'),
  metadata: guid('8b7ca206-4790-4b9a-b8fe-575f050f886e'),
} as const;

export const ITEM = {
  fileParameters: guid('caa16737-fa36-4d43-b3b6-33f0aa44e76b'),
  diskSize: guid('2fa54224-cd1b-4876-b211-5dbed83bf4b8'),
  diskId: guid('beca12ab-b2e6-4523-93ef-c309e000c746'),
  logicalSector: guid('8141bf1d-a96f-4709-ba47-f233a8faab5f'),
  physicalSector: guid('cda348c7-445d-4471-9cc9-e9885251c556'),
  parentLocator: guid('a8d35f2d-b30b-454d-abf7-d3d84834ab0c'),
} as const;

/** As Microsoft writes them: the first three groups are numbers, and little-endian. */
export function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** The checksum of a header or a table of regions, as if the field for it, at 4, were zero. */
export function checksum(bytes: Buffer): number {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(0, HEADER.checksum);
  return crc32c(copy);
}
