/**
 * What the reader and the writer of VMDK share, by VMware's "Virtual Disk Format 5.0". All numbers are little-endian,
 * places are counted in sectors.
 */
export const SECTOR = 512;
export const MARK = 'KDMV';
export const GRAINS_PER_TABLE = 512;
export const TABLE_BYTES = GRAINS_PER_TABLE * 4;

/** Fields of the header. */
export const HEADER = {
  version: 4,
  flags: 8,
  capacity: 12,
  grain: 20,
  descriptor: 28,
  descriptorSectors: 36,
  grainsPerTable: 44,
  directory: 56,
  firstGrain: 64,
  unclean: 72,
  newLines: 73,
  compression: 77,
} as const;

export const FLAG = {
  newLinesKept: 1,
  redundantTables: 2,
  zeroGrains: 4,
  compressed: 1 << 16,
  marked: 1 << 17,
} as const;

/** What becomes other bytes when the file is transferred as text. */
export const NEW_LINES = '\n \r\n';
export const DEFLATE = 1;
/** The directory is not known yet where the header is written: a copy of it at the end of the file says where it is. */
export const AT_END = 0xffffffffffffffffn;
/** The kind of marker that stands before that copy. */
export const FOOTER_MARKER = 3;

/** A grain that is compressed begins with its sector of the disk, in 8 bytes, and the bytes of its zlib stream, in 4. */
export const GRAIN_MARKER_BYTES = 12;

/** The content id of a parent that is none. */
export const NO_PARENT = 'ffffffff';
