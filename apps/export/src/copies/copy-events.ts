import { ImageCopiedV1, ImageCopyRequestedV1, type JobView, type StoredObject } from '@imago/contracts';
import { aboutImageJob } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import { copyOf, type TransferJob } from '../jobs/transfer-job.ts';

export function copyRequested(job: TransferJob, view: JobView): NewEvent {
  return aboutImageJob(ImageCopyRequestedV1, job, view, { source: copyOf(job).source });
}

export function copied(job: TransferJob, view: JobView, object: StoredObject): NewEvent {
  return aboutImageJob(ImageCopiedV1, job, view, { source: copyOf(job).source, object });
}
