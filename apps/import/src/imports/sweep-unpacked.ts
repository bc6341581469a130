import { type ObjectStore, Regions, UNPACKED_PREFIX } from '@imago/object-store';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ImportJobs } from './import-jobs.ts';
import { eraseUnpacked } from './source/unpacked-file.ts';

/** Milliseconds between sweeps: what is left of an ended import costs room, and nothing else. */
const INTERVAL = 60_000;
const ENDED: readonly string[] = ['succeeded', 'failed', 'cancelled'];
const JOB_ID = /^unpacked\/([0-9a-f-]{36})\//;

/** Erases what imports have unpacked that ended without erasing it themselves, or went on after they had lost their job. */
@Injectable()
export class SweepUnpacked implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SweepUnpacked.name);
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImportJobs,
    private readonly regions: Regions,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#sweeping = this.#sweeping.then(() => this.sweep());
    }, INTERVAL);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Never fails: what could not be swept is logged, and swept the next time. */
  async sweep(): Promise<void> {
    for (const { name, store } of this.regions.all) {
      try {
        await this.#sweepStore(store);
      } catch (error) {
        // The store of one region may be away for long; what is in the others is swept all the same.
        this.#logger.error({ err: error, region: name }, 'what was unpacked cannot be swept');
      }
    }
  }

  async #sweepStore(store: ObjectStore): Promise<void> {
    const there = [...(await store.listMultiparts(UNPACKED_PREFIX)), ...(await store.list(UNPACKED_PREFIX))];
    const jobIds = new Set(there.flatMap(({ key }) => JOB_ID.exec(key)?.[1] ?? []));
    for (const jobId of jobIds) {
      const job = await this.jobs.store.find(this.db.manager, jobId);
      if (job !== null && !ENDED.includes(job.state)) continue;
      await eraseUnpacked(store, jobId);
      this.#logger.warn({ job_id: jobId }, 'what an ended import had unpacked is erased');
    }
  }
}
