import type { JobRunner } from '@imago/jobs';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ImportData, ImportInput } from './import-job.ts';
import { IMPORT_RUNNER } from './import-jobs.ts';

/** Imports run as long as the service does. At its end they are given back at once, while broker and database are there. */
@Injectable()
export class RunImports implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(IMPORT_RUNNER) private readonly runner: JobRunner<ImportInput, ImportData>) {}

  onApplicationBootstrap(): void {
    this.runner.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
  }
}
