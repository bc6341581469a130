import { clearKey, type UploadPlace } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import type { ImageJob, ImageJobData } from '../jobs/image-job.ts';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';

/** Where a job stores its image: under the key catalog gave it, which is its alone. */
export function uploadPlace(tools: JobTools, job: Pick<ImageJob, 'region'>, data: ImageJobData): UploadPlace {
  const store = storeOf(tools, job);
  const { key } = required(data.object, 'object');
  return { store, key, parts: tools.work.parts, clear: (signal) => clearKey(store, key, signal) };
}
