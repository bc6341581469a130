import type { JobRunner } from '@imago/jobs';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ImageJobData, ImageJobInput } from './image-job.ts';
import { IMAGE_JOB_RUNNER } from './image-jobs.ts';

/** Jobs run as long as the service does. At its end they are given back at once, while broker and database are there. */
@Injectable()
export class RunJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(IMAGE_JOB_RUNNER) private readonly runner: JobRunner<ImageJobInput, ImageJobData>) {}

  onApplicationBootstrap(): void {
    this.runner.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
  }
}
