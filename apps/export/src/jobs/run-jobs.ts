import type { JobRunner } from '@imago/jobs';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { TransferJobData, TransferJobInput } from './transfer-job.ts';
import { TRANSFER_JOB_RUNNER } from './transfer-jobs.ts';

/** Jobs run as long as the service does. At its end they are given back at once, while broker and database are there. */
@Injectable()
export class RunJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(TRANSFER_JOB_RUNNER) private readonly runner: JobRunner<TransferJobInput, TransferJobData>) {}

  onApplicationBootstrap(): void {
    this.runner.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
  }
}
