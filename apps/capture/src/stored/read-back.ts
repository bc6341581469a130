import { refusal } from '@imago/contracts';
import { StoredImageDamagedError } from '@imago/disk-image';
import { readBack, ReadBackError, readIndex } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { type ObjectDigests, ObjectNotFoundError } from '@imago/object-store';
import type { ImageJobContext } from '../jobs/image-job.ts';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';
import { uploadPlace } from './upload-place.ts';

/**
 * Reads the whole object back, once, and its index: proves that the store has what was sent, and makes the hashes that
 * clients compare. @throws Refusal capture.verification_failed
 */
export async function readImageBack(context: ImageJobContext, tools: JobTools): Promise<ObjectDigests> {
  const { job, data, signal } = context;
  const sealed = required(data.sealed, 'sealed');
  const place = uploadPlace(tools, job, data);
  try {
    const work = BigInt(required(data.work, 'work'));
    const digests = await readBack(context, place, { size: sealed.size, etag: sealed.etag, work });
    await readIndex(place.store, { key: place.key, ...sealed }, signal);
    return digests;
  } catch (error) {
    if (error instanceof ReadBackError) throw failed(error.message, error.details);
    if (error instanceof StoredImageDamagedError) throw failed(`${error.message}.`);
    throw error;
  }
}

/** The object must still be the one that was read back, not one of a lost worker. @throws Refusal capture.verification_failed */
export async function requireSealed(
  { job, data, signal }: Pick<ImageJobContext, 'job' | 'data' | 'signal'>,
  tools: JobTools,
): Promise<void> {
  const found = await storeOf(tools, job)
    .head(required(data.object, 'object').key, signal)
    .catch((error: unknown) => {
      if (error instanceof ObjectNotFoundError) return null;
      throw error;
    });
  if (found?.etag !== required(data.sealed, 'sealed').etag) {
    throw failed('The stored object changed after it was read back.');
  }
}

function failed(message: string, details?: Readonly<Record<string, unknown>>): Error {
  return refusal('capture.verification_failed', message, details);
}
