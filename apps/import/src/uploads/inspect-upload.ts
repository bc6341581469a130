import { refusal } from '@imago/contracts';
import { type ByteSource, detectFormats, openDisk } from '@imago/disk-image';
import type { ObjectFacts, ObjectStore } from '@imago/object-store';
import { inspectionFailure } from '../imports/source/open-source.ts';
import type { UploadPlace } from './upload-session.ts';

/** What an inspection found in a stored file. */
export interface InspectedUpload {
  readonly virtual_size: string;
  readonly allocated_bytes: string;
}

/** Enough of both ends of a file to know its format. */
const ENDS = { head: 64 * 1024, tail: 512 } as const;

/**
 * Judges a stored file by what its owner declared it to be.
 * @throws Refusal with the code of the inspection.
 */
export async function inspectUpload(
  source: ByteSource,
  declared: NonNullable<UploadPlace['disk_format']>,
): Promise<InspectedUpload> {
  if (declared === 'iso') {
    await requireIso(source);
    return { virtual_size: source.size.toString(), allocated_bytes: source.size.toString() };
  }
  try {
    const { inspection } = await openDisk(source, declared);
    const { virtualSize, allocatedBytes } = inspection;
    return { virtual_size: virtualSize.toString(), allocated_bytes: allocatedBytes.toString() };
  } catch (error) {
    throw inspectionFailure(error);
  }
}

/** An ISO image is kept as it is and its disk is never opened, so its marks are all there is to look at. */
async function requireIso(source: ByteSource): Promise<void> {
  const head = await source.read(0, Math.min(ENDS.head, source.size));
  const tailSize = Math.min(ENDS.tail, source.size);
  const found = detectFormats(head, await source.read(source.size - tailSize, tailSize));
  if (found.length === 1 && found[0] === 'iso') return;
  throw refusal('image.format_mismatch', `Declared iso, found ${found.length === 0 ? 'raw' : found.join(' and ')}`);
}

/** The bytes of a stored file, pinned. */
export function storedSource(store: ObjectStore, key: string, { size, etag }: ObjectFacts): ByteSource {
  return { size, read: (offset, length) => store.read(key, { offset, length, etag }) };
}
