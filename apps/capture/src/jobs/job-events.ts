import {
  type EventDefinition,
  ImageCaptureCancelledV1,
  ImageCaptureFailedV1,
  ImageCaptureProgressedV1,
  ImageDigestFailedV1,
  ImageDigestProgressedV1,
  ImageFlattenCancelledV1,
  ImageFlattenFailedV1,
  ImageFlattenProgressedV1,
  type JobView,
  type RefusalDocument,
} from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import { type ImageJob, type ImageJobType, imageOf, typeOf } from './image-job.ts';

interface JobStory {
  readonly progressed: EventDefinition;
  readonly failed: EventDefinition;
  readonly cancelled: EventDefinition;
}

const STORIES: Readonly<Record<ImageJobType, JobStory>> = {
  capture: {
    progressed: ImageCaptureProgressedV1,
    failed: ImageCaptureFailedV1,
    cancelled: ImageCaptureCancelledV1,
  },
  flatten: {
    progressed: ImageFlattenProgressedV1,
    failed: ImageFlattenFailedV1,
    cancelled: ImageFlattenCancelledV1,
  },
  // Nobody asked for a digest, so nobody cancels it: it only ends with its image.
  digest: { progressed: ImageDigestProgressedV1, failed: ImageDigestFailedV1, cancelled: ImageDigestFailedV1 },
};

/** What every event of a job has in common. */
export function aboutJob(event: EventDefinition, job: ImageJob, view: JobView, more: object = {}): NewEvent {
  return {
    event,
    subject: imageOf(job),
    project_id: job.project_id,
    region: job.region,
    sequence: job.version,
    ...(job.actor === null ? {} : { actor: job.actor }),
    data: { job: view, image_id: imageOf(job), ...more },
  };
}

export function jobProgressed(job: ImageJob, view: JobView): NewEvent {
  return aboutJob(STORIES[typeOf(job)].progressed, job, view);
}

export function jobFailed(job: ImageJob, view: JobView, error: RefusalDocument): NewEvent {
  return aboutJob(STORIES[typeOf(job)].failed, job, view, { error });
}

export function jobCancelled(job: ImageJob, view: JobView, error: RefusalDocument): NewEvent {
  return aboutJob(STORIES[typeOf(job)].cancelled, job, view, { error });
}
