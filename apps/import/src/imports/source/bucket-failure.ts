import { refusal } from '@imago/contracts';
import { refusedBy } from '@imago/outbound';
import {
  ObjectChangedError,
  ObjectNotFoundError,
  ObjectStoreAccessError,
  ObjectStoreError,
  ObjectStoreUnavailableError,
} from '@imago/object-store';
import { connectionRefusal } from './connection-refusal.ts';
import { type JobSource, sourceUri } from './job-source.ts';

/**
 * What a tenant is told of an error of the bucket the file is in. A store that does not answer is a refusal that passes,
 * so the job tries again before it says so. Anything that is not the store's stays what it is.
 */
export function bucketFailure(error: unknown, source: Exclude<JobSource, { type: 'url' }>): unknown {
  const uri = sourceUri(source);
  const details = placeOf(source);
  if (error instanceof ObjectNotFoundError) {
    return refusal('import.object_not_found', `There is no object ${uri}.`, details);
  }
  if (error instanceof ObjectChangedError) {
    return refusal('import.source_changed', `${uri} was overwritten while it was imported.`, details);
  }
  if (error instanceof ObjectStoreError) {
    return refusal('import.source_unreadable', `${uri} cannot be read.`, details);
  }
  return error;
}

function placeOf(source: Exclude<JobSource, { type: 'url' }>): Readonly<Record<string, string>> {
  if (source.type === 'upload') return { upload_id: source.upload_id };
  if (source.type === 'staged') return { image_id: source.image_id };
  return { bucket: source.bucket, object: source.object };
}

/** The same of an object store of the tenant's own, which may refuse its key or not be where it was said to be. */
export function objectStoreFailure(error: unknown, source: Extract<JobSource, { type: 'object_store' }>): unknown {
  const uri = sourceUri(source);
  if (error instanceof ObjectStoreAccessError)
    return refusal('import.access_denied', `${uri} cannot be read with the key of the object store.`);
  const isOfConnection = error instanceof ObjectStoreUnavailableError || refusedBy(error) !== null;
  return (isOfConnection ? connectionRefusal(error, uri) : null) ?? bucketFailure(error, source);
}
