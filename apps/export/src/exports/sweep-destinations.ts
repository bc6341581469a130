import { ObjectStoreAccessError } from '@imago/object-store';
import { PacedLoop } from '@imago/service';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EXPORT_CONFIG } from '../config-token.ts';
import type { ExportConfig } from '../config.ts';
import { Destinations } from './destinations.ts';

/** Jobs one sweep takes care of, so that a bucket that is away stands before nobody for long. */
const BATCH = 20;
/** Seconds after which a bucket that lets us in no more is given up: it is the tenant's, and so is what is in it. */
const GIVE_UP = 86_400;

interface Left {
  readonly job_id: string;
  readonly is_old: boolean;
}

/** Takes away what exports that ended have left in buckets of tenants, where their worker did not come to it. */
@Injectable()
export class SweepDestinations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SweepDestinations.name);
  readonly #loop: PacedLoop;

  constructor(
    private readonly db: DataSource,
    private readonly destinations: Destinations,
    @Inject(EXPORT_CONFIG) private readonly config: ExportConfig,
  ) {
    this.#loop = new PacedLoop(SweepDestinations.name, config.EXPORT_SWEEP_SECONDS, () => this.sweep());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
  }

  async sweep(): Promise<void> {
    for (const { job_id, is_old } of await this.#next()) {
      try {
        await this.destinations.clear(job_id);
        this.#logger.log({ job_id }, 'what an ended export left is taken away');
      } catch (error) {
        this.#logger.warn({ job_id, err: error }, 'what an ended export left cannot be taken away now');
        if (is_old && error instanceof ObjectStoreAccessError) await this.destinations.forget(job_id);
      }
    }
  }

  /** Those that were tried longest ago. A worker that ends a job now is left the time to do it itself. */
  async #next(): Promise<readonly Left[]> {
    const [rows]: [Left[], number] = await this.db.query(
      `UPDATE export.destinations SET swept_at = now() WHERE job_id IN (
         SELECT job_id FROM export.destinations WHERE ended_at < now() - make_interval(secs => $1)
           AND (swept_at IS NULL OR swept_at < now() - make_interval(secs => $1))
         ORDER BY swept_at NULLS FIRST LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING job_id, ended_at < now() - make_interval(secs => $3) AS is_old`,
      [this.config.EXPORT_SWEEP_SECONDS, BATCH, GIVE_UP],
    );
    return [...new Map(rows.map((row) => [row.job_id, row])).values()]; // all objects of a job at once
  }
}
