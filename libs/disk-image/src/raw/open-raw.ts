import { type ImageFile, type OpenedDisk, virtualSizeOf } from '../inspect/image-file.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import { RawReader } from './raw-reader.ts';

const SECTOR = 512;

/** The disk that the file is, all of it. */
export function openRaw({ source, limits }: ImageFile): OpenedDisk {
  if (source.size % SECTOR !== 0) {
    throw new InspectionRefusal('image.raw_size', `${source.size} bytes are not a whole number of sectors`);
  }
  virtualSizeOf(BigInt(source.size), limits);
  return { reader: new RawReader(source), allocatedBytes: source.size, warnings: [] };
}
