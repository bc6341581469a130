/**
 * What the reader and the writer of VHD share, by Microsoft's "Virtual Hard Disk Image Format Specification" 1.0. All
 * numbers are big-endian.
 *
 *   dynamic   footer, dynamic header, table of blocks, blocks with a bitmap of their sectors each, footer
 *   fixed     the disk, footer
 */
export const SECTOR = 512;
export const FOOTER_MARK = 'conectix';
export const HEADER_MARK = 'cxsparse';
export const HEADER_BYTES = 1024;
export const VERSION = 0x00010000;
/** The entry of a block that reads as zeros. */
export const UNUSED = 0xffffffff;

export type DiskType = 'fixed' | 'dynamic';
export const DISK_TYPES: Readonly<Record<DiskType, number>> = { fixed: 2, dynamic: 3 };
export const DIFFERENCING = 4;

/** Fields of the footer. */
export const FOOTER = { version: 12, header: 16, size: 48, type: 60, checksum: 64, suspended: 84 } as const;

/** Fields of the dynamic header. */
export const HEADER = { table: 16, version: 24, entries: 28, block: 32, checksum: 36, parent: 40, end: 768 } as const;

/** One's complement of the sum of all bytes but those of the checksum itself, which stands at `at`. */
export function checksum(bytes: Buffer, at: number): number {
  let sum = 0;
  for (const [place, byte] of bytes.entries()) if (place < at || place >= at + 4) sum += byte;
  return ~sum >>> 0;
}

/** Bytes of the bitmap before a block: a bit for each of its sectors, in whole sectors. */
export const bitmapBytes = (blockSize: number): number => Math.ceil(blockSize / SECTOR / 8 / SECTOR) * SECTOR;
