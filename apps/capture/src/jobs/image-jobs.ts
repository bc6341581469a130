import { JobStore } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { ImageJobData, ImageJobInput } from './image-job.ts';

/** The token of the one runner of jobs in this process; the class is generic and cannot be its own token. */
export const IMAGE_JOB_RUNNER = 'IMAGE_JOB_RUNNER';

/** The table of jobs: captures, flattenings and digests. */
@Injectable()
export class ImageJobs {
  readonly store = new JobStore<ImageJobInput, ImageJobData>('capture');
}
