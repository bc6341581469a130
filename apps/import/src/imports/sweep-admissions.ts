import { AbandonImage, WithdrawImport } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { imageOf } from '@imago/jobs';
import { RequestClient } from '@imago/messaging';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { ImportJobs } from './import-jobs.ts';

/** Milliseconds between sweeps. */
const INTERVAL = 5_000;

/** Takes back admissions that a crash or a silent neighbour cut off: first the image, then the record of it. */
@Injectable()
export class SweepAdmissions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SweepAdmissions.name);
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImportJobs,
    private readonly requests: RequestClient,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#sweeping = this.#sweeping
        .then(() => this.sweep())
        .catch((error: unknown) => {
          this.#logger.error({ err: error }, 'admissions cannot be swept');
        });
    }, INTERVAL);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async sweep(): Promise<void> {
    for (const job of await this.jobs.store.staleAdmissions(this.db, this.config.IMPORT_ADMISSION_SECONDS)) {
      const image = { image_id: imageOf(job), region: job.region };
      const context = serviceContext('import', job.project_id, job.correlation_id);
      if (job.input.asked === undefined)
        await this.requests.send(AbandonImage, { ...image, reason: 'The import was never accepted.' }, { context });
      else await this.requests.send(WithdrawImport, { ...image, job_id: job.id }, { context });
      await this.jobs.store.forget(this.db.manager, job.id);
      this.#logger.log({ job_id: job.id, correlation_id: job.correlation_id }, 'admission taken back');
    }
  }
}
