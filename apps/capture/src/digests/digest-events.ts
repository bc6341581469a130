import { ImageDigestedV1, type JobView } from '@imago/contracts';
import { aboutImageJob } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import type { ObjectDigests } from '@imago/object-store';
import type { ImageJob } from '../jobs/image-job.ts';

export function digested(
  job: ImageJob,
  view: JobView,
  { object_id, digests }: { object_id: string; digests: Pick<ObjectDigests, 'md5' | 'sha512'> },
): NewEvent {
  return aboutImageJob(ImageDigestedV1, job, view, {
    object_id,
    checksum: digests.md5,
    os_hash_algo: 'sha512',
    os_hash_value: digests.sha512,
  });
}
