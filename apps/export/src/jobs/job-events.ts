import {
  ImageCopyCancelledV1,
  ImageCopyFailedV1,
  ImageCopyProgressedV1,
  ImageExportCancelledV1,
  ImageExportFailedV1,
  ImageExportProgressedV1,
} from '@imago/contracts';
import { imageJobEvents, type ImageJobStory } from '@imago/jobs';
import { type TransferJob, type TransferJobType, typeOf } from './transfer-job.ts';

const STORIES: Readonly<Record<TransferJobType, ImageJobStory>> = {
  export: {
    progressed: ImageExportProgressedV1,
    failed: ImageExportFailedV1,
    cancelled: ImageExportCancelledV1,
  },
  copy: { progressed: ImageCopyProgressedV1, failed: ImageCopyFailedV1, cancelled: ImageCopyCancelledV1 },
};

/** What the jobs of this service come to on their way; where each type begins and succeeds, its own feature says. */
export const jobEvents = imageJobEvents<TransferJob>((job) => STORIES[typeOf(job)]);
