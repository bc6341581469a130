import type { ByteSource } from '@imago/disk-image';
import type { ObjectFacts, ObjectStore } from '@imago/object-store';
import { inspected } from '../imports/source/open-source.ts';
import type { UploadPlace } from './upload-session.ts';

/** What an inspection found in a stored file. */
export interface InspectedUpload {
  readonly virtual_size: string;
  readonly allocated_bytes: string;
}

/**
 * Judges a stored file by what its owner declared it to be.
 * @throws Refusal with the code of the inspection.
 */
export async function inspectUpload(
  source: ByteSource,
  declared: NonNullable<UploadPlace['disk_format']>,
): Promise<InspectedUpload> {
  const { virtualSize, allocatedBytes } = await inspected(source, declared);
  return { virtual_size: virtualSize.toString(), allocated_bytes: allocatedBytes.toString() };
}

/** The bytes of a stored file, pinned. */
export function storedSource(store: ObjectStore, key: string, { size, etag }: ObjectFacts): ByteSource {
  return { size, read: (offset, length) => store.read(key, { offset, length, etag }) };
}
