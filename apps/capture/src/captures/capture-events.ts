import {
  type CapturedDataDisk,
  type CapturedObject,
  CapturedImageExaminedV1,
  FullMachineCapturedV1,
  ImageCapturedV1,
  ImageCaptureRequestedV1,
  ImageGeneralizedV1,
  type JobView,
} from '@imago/contracts';
import type { JobGeneralization, TimedReport } from '@imago/image-transfer';
import { aboutImageJob, required } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import { captureOf } from '../exports/locked-disk.ts';
import type { ImageJob, StoredDisk } from '../jobs/image-job.ts';
import { allStored } from './machine-disks.ts';

export function captureRequested(job: ImageJob, view: JobView): NewEvent {
  return aboutImageJob(ImageCaptureRequestedV1, job, view, { origin: required(job.data.origin, 'origin') });
}

export function captureGeneralized(
  said: Pick<JobGeneralization, 'report' | 'generalized_at'>,
): (job: ImageJob, view: JobView) => NewEvent {
  return (job, view) => aboutImageJob(ImageGeneralizedV1, job, view, said);
}

/** The report is of the image of one disk; it is told in the story of the image that the job makes. */
export function captureExamined(image_id: string, examined: TimedReport): (job: ImageJob, view: JobView) => NewEvent {
  return (job, view) => aboutImageJob(CapturedImageExaminedV1, job, view, { ...examined, image_id });
}

export function captured(job: ImageJob, view: JobView): NewEvent {
  const [first, ...others] = allStored(job);
  const captured = { origin: first.origin, object: capturedObjectOf(first) };
  if (captureOf(job).scope !== 'machine') return aboutImageJob(ImageCapturedV1, job, view, captured);
  return aboutImageJob(FullMachineCapturedV1, job, view, {
    ...captured,
    data_disks: others.map((disk): CapturedDataDisk => {
      const { image_id, origin } = disk;
      return { image_id, origin, object: capturedObjectOf(disk) };
    }),
  });
}

function capturedObjectOf({ object, sealed, verified }: StoredDisk): CapturedObject {
  const isWhole = object.parent_object_id === null;
  return {
    ...object,
    disk_format: 'qcow2',
    size: sealed.file_size.toString(),
    stored_size: sealed.size.toString(),
    virtual_size: sealed.virtual_size,
    allocated_bytes: sealed.allocated_bytes,
    index_hash: sealed.index_hash,
    // Those of a layer are of its flattened form, which nobody has read yet.
    checksum: isWhole ? verified.checksum : null,
    os_hash_algo: isWhole ? 'sha512' : null,
    os_hash_value: isWhole ? verified.os_hash_value : null,
  };
}
