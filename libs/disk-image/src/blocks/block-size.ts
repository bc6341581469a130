import { InspectionRefusal } from '../inspection-refusal.ts';

/** Bytes a block may have. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Smaller ones would be tables and no disk; larger ones no tool makes. */
export const BLOCK_BOUNDS: Bounds = { least: 4096, most: 256 * 2 ** 20 };

/** The size of the blocks of a disk, a power of two within bounds. `at` is where the file says so. @throws InspectionRefusal */
export function blockSizeOf(bytes: number, at: number, { least, most }: Bounds = BLOCK_BOUNDS): number {
  if (bytes >= least && bytes <= most && (bytes & (bytes - 1)) === 0) return bytes;
  throw new InspectionRefusal(
    'image.header',
    `Blocks of ${bytes} bytes are not read: a power of two is, ${least} to ${most}`,
    at,
  );
}
