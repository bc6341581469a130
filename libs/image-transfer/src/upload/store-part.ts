import { crc32 } from 'node:zlib';
import type { ByteSource, PartRecord } from '@imago/disk-image';
import type { PhaseContext, StoredPart } from '@imago/jobs';
import { type ObjectFacts, ObjectSource, ObjectStoreError, ObjectStoreUnavailableError } from '@imago/object-store';
import type { JobUpload } from './job-upload.ts';
import type { PlannedPart } from './planned-parts.ts';
import type { UploadData, UploadPlace } from './upload-place.ts';

type Upload<Data> = Pick<JobUpload<Data>, 'upload' | 'data'>;

/** An object that may lie in the store the parts go to. */
export interface StoredSource {
  readonly bucket: string;
  readonly key: string;
  readonly facts: ObjectFacts;
}

/** The object that a file is, where it is one of the store as it stands; null of a file that is made where it is read. */
export function storedSourceOf(
  file: ByteSource,
  { bucket, key }: Pick<StoredSource, 'bucket' | 'key'>,
): StoredSource | null {
  if (!(file instanceof ObjectSource) || file.etag === undefined) return null;
  return { bucket, key, facts: { size: file.size, etag: file.etag } };
}

/** Uploads a part and journals it: from then on it counts, and no worker makes it again. */
export async function storePart<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  place: UploadPlace,
  upload: Upload<Data>,
  { record, body, signal }: { record: PartRecord; body: readonly Buffer[]; signal: AbortSignal },
): Promise<StoredPart> {
  const sum = body.reduce((sumSoFar, bytes) => crc32(bytes, sumSoFar), 0);
  const { etag } = await place.store.uploadPart(upload.upload, record.part_number, body, signal);
  return journal(context, place, upload, { ...record, etag, crc32: sum });
}

/**
 * Lets the store make a part of bytes it has, and journals it. False when it cannot: whatever the reason, the bytes can be
 * read and uploaded, or that says what is wrong.
 */
export async function storePartOfObject<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  place: UploadPlace,
  upload: Upload<Data>,
  { part, source, signal }: { part: PlannedPart; source: StoredSource; signal: AbortSignal },
): Promise<boolean> {
  const { part_number, offset, size } = part;
  try {
    const { etag } = await place.store.copyPart(
      upload.upload,
      part_number,
      { ...source, offset, length: size },
      signal,
    );
    await journal(context, place, upload, { part_number, size, clusters: Buffer.alloc(0), etag, crc32: null });
    return true;
  } catch (error) {
    if (error instanceof ObjectStoreError && !(error instanceof ObjectStoreUnavailableError)) return false;
    throw error;
  }
}

async function journal<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  place: UploadPlace,
  { data }: Upload<Data>,
  part: StoredPart,
): Promise<StoredPart> {
  await context.save(data, async (tx) => {
    await place.guard?.(tx);
    await place.parts.record(tx, context.job.id, part);
  });
  return part;
}
