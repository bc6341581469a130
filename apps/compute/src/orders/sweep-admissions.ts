import { PacedLoop } from '@imago/service';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { ServerJobs } from './server-jobs.ts';
import { TakeBack } from './take-back.ts';

/** Takes back admissions that a crash or a silent neighbour cut off, with whatever was held for them. */
@Injectable()
export class SweepAdmissions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SweepAdmissions.name);
  readonly #loop: PacedLoop;

  constructor(
    private readonly db: DataSource,
    private readonly jobs: ServerJobs,
    private readonly takeBack: TakeBack,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {
    this.#loop = new PacedLoop(SweepAdmissions.name, config.COMPUTE_SWEEP_SECONDS, () => this.sweep());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
  }

  async sweep(): Promise<void> {
    for (const job of await this.jobs.store.staleAdmissions(this.db, this.config.COMPUTE_ADMISSION_SECONDS)) {
      if (!(await this.takeBack.execute(job))) continue;
      this.#logger.log({ job_id: job.id, correlation_id: job.correlation_id }, 'admission taken back');
    }
  }
}
