import { type InspectionCode, InspectionRefusal } from '../inspection-refusal.ts';

/** The unit that volume descriptors and boot catalogues are counted in, whatever the blocks of a volume are. */
export const ISO_SECTOR = 2048;
/** The first sector that is the volume's. What is before it is nobody's; a hybrid has a boot sector and partitions there. */
export const FIRST_DESCRIPTOR = 16;

/** What a descriptor is for, by its first byte. */
export const KIND = { boot: 0, primary: 1, supplementary: 2, partition: 3, end: 255 } as const;

/** Sizes that blocks may have. */
const BLOCK_SIZES: readonly (number | null)[] = [512, 1024, 2048];
/** Offsets in a descriptor. */
const FIELD = { blocks: 80, blockSize: 128, tableSize: 132, root: 156 } as const;
/** Where it says where the path tables are: those of either byte order, and a copy of each that need not be. */
const TABLES = [
  { field: 140, isBigEndian: false, isNeeded: true },
  { field: 144, isBigEndian: false, isNeeded: false },
  { field: 148, isBigEndian: true, isNeeded: true },
  { field: 152, isBigEndian: true, isNeeded: false },
] as const;
/** Offsets in the record of a directory. */
const RECORD = { length: 0, block: 2, bytes: 10, flags: 25 } as const;
const ROOT_BYTES = 34;
const IS_DIRECTORY = 2;

/** A descriptor of a volume, and the file it must be right for. */
export interface DescribedVolume {
  readonly descriptor: Buffer;
  /** Where it is in the file. */
  readonly at: number;
  readonly fileSize: number;
}

/** The place of a volume in its file. */
interface Volume extends DescribedVolume {
  readonly blockSize: number;
  readonly bytes: number;
}

/** Judges a primary or supplementary descriptor, of Joliet too: all that it leads to is in the file. @throws InspectionRefusal */
export function requireSoundVolume(described: DescribedVolume): void {
  const volume = sizeOf(described);
  requireTables(volume);
  requireRoot(volume);
}

function sizeOf(described: DescribedVolume): Volume {
  const { descriptor, fileSize } = described;
  const blockSize = both(descriptor, FIELD.blockSize, 2);
  if (blockSize === null || !BLOCK_SIZES.includes(blockSize))
    throw refused(described, 'image.header', 'The blocks of the volume have no size that blocks can have', 128);
  const bytes = (both(descriptor, FIELD.blocks, 4) ?? 0) * blockSize;
  if (bytes <= FIRST_DESCRIPTOR * ISO_SECTOR)
    throw refused(described, 'image.header', 'The volume has no size that a volume can have', FIELD.blocks);
  if (bytes > fileSize) {
    const message = `The volume has ${bytes} bytes, of which the file has ${fileSize}`;
    throw refused(described, 'image.truncated', message, FIELD.blocks);
  }
  return { ...described, blockSize, bytes };
}

function requireTables(volume: Volume): void {
  const { descriptor } = volume;
  const bytes = both(descriptor, FIELD.tableSize, 4) ?? 0;
  if (bytes === 0) throw refused(volume, 'image.header', 'The path table has no size', FIELD.tableSize);
  for (const { field, isBigEndian, isNeeded } of TABLES) {
    const block = isBigEndian ? descriptor.readUInt32BE(field) : descriptor.readUInt32LE(field);
    if ((block === 0 && !isNeeded) || isWithin(volume, block, bytes)) continue;
    throw refused(volume, 'image.offset_out_of_file', 'A path table is outside of the volume', field);
  }
}

function requireRoot(volume: Volume): void {
  const root = volume.descriptor.subarray(FIELD.root, FIELD.root + ROOT_BYTES);
  const [block, bytes] = [both(root, RECORD.block, 4), both(root, RECORD.bytes, 4) ?? 0];
  const isDirectory = root[RECORD.length] === ROOT_BYTES && ((root[RECORD.flags] ?? 0) & IS_DIRECTORY) !== 0;
  if (!isDirectory || block === null || bytes === 0)
    throw refused(volume, 'image.header', 'The root of the volume is no directory', FIELD.root);
  if (!isWithin(volume, block, bytes))
    throw refused(volume, 'image.offset_out_of_file', 'The root directory is outside of the volume', FIELD.root);
}

function isWithin({ blockSize, bytes: end }: Volume, block: number, bytes: number): boolean {
  const start = block * blockSize;
  return start > FIRST_DESCRIPTOR * ISO_SECTOR && start + bytes <= end;
}

/** A number that stands there twice, the lower bytes first and the higher bytes first; null when it is two numbers. */
function both(bytes: Buffer, at: number, width: 2 | 4): number | null {
  const low = bytes.readUIntLE(at, width);
  return low === bytes.readUIntBE(at + width, width) ? low : null;
}

function refused({ at }: DescribedVolume, code: InspectionCode, message: string, field: number): InspectionRefusal {
  return new InspectionRefusal(code, message, at + field);
}
