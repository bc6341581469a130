import { refusal } from '@imago/contracts';
import { ObjectChangedError, ObjectNotFoundError, ObjectStoreError } from '@imago/object-store';
import { type ImportInput, sourceUri } from '../import-job.ts';

/**
 * What a tenant is told of an error of the bucket the file is in. A store that does not answer is a refusal that passes,
 * so the job tries again before it says so. Anything that is not the store's stays what it is.
 */
export function sourceFailure(error: unknown, source: ImportInput['source']): unknown {
  const details = { bucket: source.bucket, object: source.object };
  const uri = sourceUri(source);
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
