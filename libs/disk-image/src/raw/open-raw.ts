import { detectFormats } from '../inspect/image-format.ts';
import { type ImageFile, type OpenedDisk, virtualSizeOf } from '../inspect/image-file.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import { RawReader } from './raw-reader.ts';

const SECTOR = 512;

/** The disk that the file is, all of it. */
export function openRaw({ source, head, tail, limits }: ImageFile): OpenedDisk {
  if (source.size % SECTOR !== 0) {
    throw new InspectionRefusal('image.raw_size', `${source.size} bytes are not a whole number of sectors`);
  }
  virtualSizeOf(BigInt(source.size), limits);
  const isIso = detectFormats(head, tail).includes('iso');
  const warnings = isIso ? ['The disk is an ISO image, too: what is on it must be made to start from a disk'] : [];
  return { reader: new RawReader(source), allocatedBytes: source.size, warnings };
}
