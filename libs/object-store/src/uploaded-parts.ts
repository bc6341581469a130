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
