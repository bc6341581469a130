import { type ExportedFile, ImageExportedV1, ImageExportRequestedV1, type JobView } from '@imago/contracts';
import { aboutImageJob } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import { exportOf, type TransferJob } from '../jobs/transfer-job.ts';

export function exportRequested(job: TransferJob, view: JobView): NewEvent {
  const { disk_format, destination, overwrite } = exportOf(job);
  return aboutImageJob(ImageExportRequestedV1, job, view, { disk_format, destination, overwrite });
}

export function exported(job: TransferJob, view: JobView, file: ExportedFile): NewEvent {
  return aboutImageJob(ImageExportedV1, job, view, { file });
}
