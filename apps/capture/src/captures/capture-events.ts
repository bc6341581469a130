import {
  type CapturedObject,
  CapturedImageExaminedV1,
  ImageCapturedV1,
  ImageCaptureRequestedV1,
  type JobView,
} from '@imago/contracts';
import type { TimedReport } from '@imago/image-transfer';
import { aboutImageJob, required } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import type { ImageJob } from '../jobs/image-job.ts';

export function captureRequested(job: ImageJob, view: JobView): NewEvent {
  return aboutImageJob(ImageCaptureRequestedV1, job, view, { origin: required(job.data.origin, 'origin') });
}

export function captureExamined(examined: TimedReport): (job: ImageJob, view: JobView) => NewEvent {
  return (job, view) => aboutImageJob(CapturedImageExaminedV1, job, view, examined);
}

export function captured(job: ImageJob, view: JobView): NewEvent {
  return aboutImageJob(ImageCapturedV1, job, view, {
    origin: required(job.data.origin, 'origin'),
    object: capturedObjectOf(job),
  });
}

function capturedObjectOf({ data }: ImageJob): CapturedObject {
  const object = required(data.object, 'object');
  const sealed = required(data.sealed, 'sealed');
  const verified = required(data.verified, 'verified');
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
