import { PacedLoop } from '@imago/service';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EXPORT_CONFIG } from '../config-token.ts';
import type { ExportConfig } from '../config.ts';
import { CopyAdmissions } from './copy-admissions.ts';

/** Seconds between sweeps. */
const INTERVAL = 5;

/** Takes back admissions that a crash or a silent catalog cut off. Only copies are admitted in more than one step. */
@Injectable()
export class SweepAdmissions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SweepAdmissions.name);
  readonly #loop = new PacedLoop(SweepAdmissions.name, INTERVAL, () => this.sweep());

  constructor(
    private readonly admissions: CopyAdmissions,
    @Inject(EXPORT_CONFIG) private readonly config: ExportConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
  }

  async sweep(): Promise<void> {
    for (const job of await this.admissions.stale(this.config.EXPORT_ADMISSION_SECONDS)) {
      if (!(await this.admissions.cutOff(job))) continue;
      this.#logger.log({ job_id: job.id, correlation_id: job.correlation_id }, 'admission taken back');
    }
  }
}
