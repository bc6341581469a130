import { UsageMeteredV1 } from '@imago/contracts';
import { inTransaction, Outbox } from '@imago/messaging';
import { PacedLoop } from '@imago/service';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { QUOTA_CONFIG } from '../config-token.ts';
import type { QuotaConfig } from '../config.ts';
import { CHARGED_HOURS } from './charged-hours.ts';
import { Clock } from './clock.ts';

const HOUR = 3_600_000;

interface Metered {
  readonly project_id: string;
  readonly images: number;
  readonly byte_hours: string;
  readonly revision: number;
}

/**
 * Tells what every project is charged for an hour, once the hour is over and late events have had their time. An hour that
 * something late still changes is told again. The mark of the region is locked for each hour, so replicas share the work.
 */
@Injectable()
export class HourMeter implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #loop: PacedLoop;
  readonly #grace: number;
  #stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    @Inject(QUOTA_CONFIG) config: Pick<QuotaConfig, 'QUOTA_METER_SECONDS' | 'QUOTA_METER_GRACE_SECONDS'>,
  ) {
    this.#grace = config.QUOTA_METER_GRACE_SECONDS * 1000;
    this.#loop = new PacedLoop(HourMeter.name, config.QUOTA_METER_SECONDS, () => this.meter());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    this.#stopped = true; // there may be hours and hours left to tell of
    return this.#loop.stop();
  }

  /** Tells of every hour that is due, in every region. */
  async meter(): Promise<void> {
    const marks: { region: string }[] = await this.db.query('SELECT region FROM quota.metering_marks ORDER BY region');
    for (const { region } of marks)
      while (!this.#stopped && (await inTransaction(this.db, (tx) => this.#next(tx, region))));
  }

  /** Tells of the next hour of a region; false when none is due. */
  async #next(tx: EntityManager, region: string): Promise<boolean> {
    const [mark]: { metered_until: Date }[] = await tx.query(
      'SELECT metered_until FROM quota.metering_marks WHERE region = $1 FOR UPDATE',
      [region],
    );
    if (mark === undefined) return false;
    const hour = mark.metered_until;
    const end = new Date(hour.getTime() + HOUR);
    if (end.getTime() + this.#grace > this.clock.now().getTime()) return false;
    for (const metered of await this.#meter(tx, region, [hour, end])) await this.#tell(tx, region, { hour, metered });
    await tx.query('UPDATE quota.metering_marks SET metered_until = $2 WHERE region = $1', [region, end]);
    return true;
  }

  /** Keeps what the hour costs each project and answers what is new or other than was told. */
  #meter(tx: EntityManager, region: string, [hour, end]: readonly [Date, Date]): Promise<readonly Metered[]> {
    return tx.query(
      `INSERT INTO quota.metered_hours AS known (region, hour, project_id, images, byte_hours, revision)
       SELECT $1, $3, project_id, count(image_id), coalesce(sum(bytes), 0), 1
       FROM (${CHARGED_HOURS}
         UNION ALL SELECT project_id, NULL, hour, NULL FROM quota.metered_hours told
         WHERE told.region = $1 AND told.hour = $3 AND ($2::text IS NULL)) AS charged
       GROUP BY project_id
       ON CONFLICT ON CONSTRAINT metered_hours_pkey
       DO UPDATE SET images = excluded.images, byte_hours = excluded.byte_hours, revision = known.revision + 1
         WHERE (known.images, known.byte_hours) <> (excluded.images, excluded.byte_hours)
       RETURNING project_id, images, byte_hours::text, revision`,
      [region, null, hour, end, end],
    );
  }

  async #tell(
    tx: EntityManager,
    region: string,
    { hour, metered }: { readonly hour: Date; readonly metered: Metered },
  ): Promise<void> {
    const { project_id } = metered;
    const data = { ...metered, region, hour: hour.toISOString() };
    const cause = { correlation_id: `usage-${region}-${hour.toISOString()}` };
    await this.outbox.add(tx, { event: UsageMeteredV1, subject: project_id, data, project_id, region }, cause);
  }
}
