import {
  FullMachineCopiedV1,
  ImageCopiedV1,
  ImageCopyRequestedV1,
  type JobView,
  type StoredObject,
} from '@imago/contracts';
import { aboutImageJob } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import { copyOf, type TransferJob } from '../jobs/transfer-job.ts';
import { imageOfDisk } from './machine-copies.ts';

export function copyRequested(job: TransferJob, view: JobView): NewEvent {
  return aboutImageJob(ImageCopyRequestedV1, job, view, { source: copyOf(job).source });
}

/** @param objects of the system disk, or the only one, and of the data disks of a machine in their order. */
export function copied(job: TransferJob, view: JobView, [object, ...others]: readonly StoredObject[]): NewEvent {
  const { source } = copyOf(job);
  if (others.length === 0) return aboutImageJob(ImageCopiedV1, job, view, { source, object });
  const ids = [...(job.data.stored ?? []).slice(1).map(({ image_id }) => image_id), imageOfDisk(job, job.data)];
  const data_disks = others.map((disk, at) => ({ image_id: ids[at], object: disk }));
  return aboutImageJob(FullMachineCopiedV1, job, view, { source, object, data_disks });
}
