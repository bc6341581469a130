import { InspectionRefusal } from '../inspection-refusal.ts';

/** Bytes a block may have. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Smaller ones would be tables and no disk; larger ones no tool makes. */
export const BLOCK_BOUNDS: Bounds = { least: 4096, most: 256 * 2 ** 20 };

/**
 * Most blocks of a disk, whose table stays in memory: 1 TiB in the grains of 64 KiB of a VMDK, the smallest blocks that
 * tools make. Small disks may have smaller ones.
 */
const MOST_BLOCKS = 2 ** 24;

/** How many blocks a disk has. `at` is where the file says how large they are. @throws InspectionRefusal */
export function blocksOf(virtualSize: number, blockSize: number, at: number): number {
  const blocks = Math.ceil(virtualSize / blockSize);
  if (blocks <= MOST_BLOCKS) return blocks;
  const message = `A disk of ${virtualSize} bytes has too many blocks of ${blockSize} bytes, more than ${MOST_BLOCKS}`;
  throw new InspectionRefusal('image.tables', message, at);
}

/** The size of the blocks of a disk, a power of two within bounds. `at` is where the file says so. @throws InspectionRefusal */
export function blockSizeOf(bytes: number, at: number, { least, most }: Bounds = BLOCK_BOUNDS): number {
  if (bytes >= least && bytes <= most && (bytes & (bytes - 1)) === 0) return bytes;
  throw new InspectionRefusal(
    'image.header',
    `Blocks of ${bytes} bytes are not read: a power of two is, ${least} to ${most}`,
    at,
  );
}
