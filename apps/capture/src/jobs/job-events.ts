import {
  ImageCaptureCancelledV1,
  ImageCaptureFailedV1,
  ImageCaptureProgressedV1,
  ImageDigestFailedV1,
  ImageDigestProgressedV1,
  ImageFlattenCancelledV1,
  ImageFlattenFailedV1,
  ImageFlattenProgressedV1,
} from '@imago/contracts';
import { imageJobEvents, type ImageJobStory } from '@imago/jobs';
import { type ImageJob, type ImageJobType, typeOf } from './image-job.ts';

const STORIES: Readonly<Record<ImageJobType, ImageJobStory>> = {
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

/** What the jobs of this service come to on their way; where each type begins and succeeds, its own feature says. */
export const jobEvents = imageJobEvents<ImageJob>((job) => STORIES[typeOf(job)]);
