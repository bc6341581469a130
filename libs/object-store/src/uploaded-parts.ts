import { createHash } from 'node:crypto';
import { ObjectNotFoundError } from './object-store.errors.ts';
import type { MultipartUpload, ObjectStore, UploadedPart } from './object-store.ts';

/** The parts the store has; null when it does not know the upload: it was completed, aborted or swept. */
export async function uploadedParts(
  store: ObjectStore,
  upload: MultipartUpload,
  signal: AbortSignal,
): Promise<readonly UploadedPart[] | null> {
  try {
    return await store.listParts(upload, signal);
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}

/** The ETag S3 gives an object made of parts, when those of the parts are MD5 sums. */
export function etagOfParts(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(etag, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}
