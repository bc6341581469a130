import { PacedLoop } from '@imago/service';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { DataSource } from 'typeorm';
import { ACTIVITY_CONFIG } from '../config-token.ts';
import type { ActivityConfig } from '../config.ts';

interface OpenJobs {
  readonly type: string;
  readonly state: string;
  readonly jobs: number;
  /** Those that run and have told nothing for too long. */
  readonly silent: readonly string[];
}

/**
 * Watches over the jobs of all services from outside: whoever owns a job takes it over when its worker is lost, and this
 * tells when even that did not happen. It changes nothing: the owner alone may.
 */
@Injectable()
export class JobWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(JobWatch.name);
  readonly #loop: PacedLoop;
  readonly #open = gauge('jobs_open', 'Jobs that have not ended', ['service', 'type', 'state']);
  readonly #silent = gauge('jobs_silent', 'Jobs that run and have told nothing for too long', ['service', 'type']);
  #known = new Set<string>();

  constructor(
    private readonly db: DataSource,
    @Inject(ACTIVITY_CONFIG) private readonly config: ActivityConfig,
  ) {
    this.#loop = new PacedLoop(JobWatch.name, config.ACTIVITY_JOB_WATCH_SECONDS, () => this.look());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#loop.stop();
  }

  /** Looks once, and says of each silent job once that it is. */
  async look(): Promise<void> {
    const rows: OpenJobs[] = await this.db.query(OPEN, [this.config.ACTIVITY_JOB_SILENCE_SECONDS]);
    this.#open.reset();
    this.#silent.reset();
    for (const { type, state, jobs, silent } of rows) {
      this.#open.set({ service: 'activity', type, state }, jobs);
      this.#silent.inc({ service: 'activity', type }, silent.length);
    }
    const silent = rows.flatMap((row) => row.silent);
    for (const job_id of silent.filter((id) => !this.#known.has(id)))
      this.#logger.error({ job_id, msg: 'a job runs and tells nothing' });
    this.#known = new Set(silent);
  }
}

/** Parameter: seconds. */
const OPEN = `SELECT type, state, count(*)::integer AS jobs,
    coalesce(array_agg(id) FILTER (WHERE state <> 'queued'
      AND (view ->> 'updated_at')::timestamptz < clock_timestamp() - make_interval(secs => $1)), '{}') AS silent
  FROM activity.jobs WHERE state IN ('queued', 'running', 'cancelling') GROUP BY type, state`;

function gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
  return (register.getSingleMetric(name) as Gauge<Label> | undefined) ?? new Gauge({ name, help, labelNames });
}
