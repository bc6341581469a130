import { refusal } from '@imago/contracts';
import {
  ObjectExistsError,
  ObjectStoreAccessError,
  ObjectStoreError,
  ObjectStoreUnavailableError,
} from '@imago/object-store';
import type { Destination } from './destinations.ts';

/** What a tenant is told of an error of the bucket that is written to. Anything else stays what it is. */
export async function failuresOfBucket<T>(
  { bucket, object }: Pick<Destination, 'bucket' | 'object'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const details = { bucket, object };
    if (error instanceof ObjectExistsError) throw objectExists(details);
    if (error instanceof ObjectStoreUnavailableError || isTimeout(error)) {
      throw refusal('export.bucket_unavailable', `The store of bucket ${bucket} does not answer.`, details);
    }
    if (error instanceof ObjectStoreAccessError) {
      throw refusal('export.bucket_unusable', `Imago cannot use bucket ${bucket}, or it is gone.`, details);
    }
    if (error instanceof ObjectStoreError) {
      throw refusal('export.bucket_unusable', `The store refuses to write to bucket ${bucket}.`, details);
    }
    throw error;
  }
}

export function objectExists({ bucket, object }: Pick<Destination, 'bucket' | 'object'>): Error {
  return refusal('export.object_exists', `There is an object ${object} in bucket ${bucket} already.`, {
    bucket,
    object,
  });
}

/** A look into the bucket that had to be over by then. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
