import { ImageFlattenedV1, ImageFlattenRequestedV1, type JobView, type StoredObject } from '@imago/contracts';
import { aboutImageJob, required } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import type { ImageJob } from '../jobs/image-job.ts';

export function flattenRequested(job: ImageJob, view: JobView): NewEvent {
  return aboutImageJob(ImageFlattenRequestedV1, job, view);
}

export function flattened(job: ImageJob, view: JobView): NewEvent {
  return aboutImageJob(ImageFlattenedV1, job, view, { object: storedObjectOf(job) });
}

function storedObjectOf({ data }: ImageJob): StoredObject {
  const { object_id, key } = required(data.object, 'object');
  const sealed = required(data.sealed, 'sealed');
  const verified = required(data.verified, 'verified');
  return {
    object_id,
    key,
    disk_format: 'qcow2',
    size: sealed.size.toString(),
    virtual_size: sealed.virtual_size,
    allocated_bytes: sealed.allocated_bytes,
    index_hash: sealed.index_hash,
    checksum: verified.checksum,
    os_hash_algo: 'sha512',
    os_hash_value: verified.os_hash_value,
  };
}
