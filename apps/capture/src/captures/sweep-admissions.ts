import { PacedLoop } from '@imago/service';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CAPTURE_CONFIG } from '../config-token.ts';
import type { CaptureConfig } from '../config.ts';
import { ImageJobs } from '../jobs/image-jobs.ts';
import { TakeBackCapture } from './take-back-capture.ts';

/** Seconds between sweeps. */
const INTERVAL = 5;

/** Takes back admissions that a crash or a silent neighbour cut off: first the image, then the record of it, then the lock. */
@Injectable()
export class SweepAdmissions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SweepAdmissions.name);
  readonly #loop = new PacedLoop(SweepAdmissions.name, INTERVAL, () => this.sweep());

  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImageJobs,
    private readonly takeBack: TakeBackCapture,
    @Inject(CAPTURE_CONFIG) private readonly config: CaptureConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
  }

  async sweep(): Promise<void> {
    for (const job of await this.jobs.store.staleAdmissions(this.db, this.config.CAPTURE_ADMISSION_SECONDS)) {
      if (!(await this.takeBack.cutOff(job))) continue;
      this.#logger.log({ job_id: job.id, correlation_id: job.correlation_id }, 'admission taken back');
    }
  }
}
