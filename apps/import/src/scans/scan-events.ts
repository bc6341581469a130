import {
  type ImageScan,
  ImageScanCancelledV1,
  ImageScanFailedV1,
  ImageScannedV1,
  ImageScanProgressedV1,
  ImageScanRequestedV1,
  type JobView,
} from '@imago/contracts';
import { aboutImageJob, imageJobEvents, type JobRecord } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import type { ScanJob } from './scan-job.ts';

export const scanEvents = imageJobEvents<ScanJob>(() => ({
  progressed: ImageScanProgressedV1,
  failed: ImageScanFailedV1,
  cancelled: ImageScanCancelledV1,
}));

export function scanRequested(job: ScanJob, view: JobView): NewEvent {
  return aboutImageJob(ImageScanRequestedV1, job, view);
}

/** What was found in the files of an image, by the job that scanned it or makes it. */
export function imageScanned(scan: ImageScan): (job: JobRecord<unknown, unknown>, view: JobView) => NewEvent {
  return (job, view) => aboutImageJob(ImageScannedV1, job, view, { scan });
}
