import type { JobRunner } from '@imago/jobs';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ScanData, ScanInput } from './scan-job.ts';
import { SCAN_RUNNER } from './scan-jobs.ts';

/** Scans run as long as the service does, and are given back at its end. */
@Injectable()
export class RunScans implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(SCAN_RUNNER) private readonly runner: JobRunner<ScanInput, ScanData>) {}

  onApplicationBootstrap(): void {
    this.runner.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
  }
}
