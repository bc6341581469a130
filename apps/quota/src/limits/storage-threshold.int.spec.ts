import { randomUUID } from 'node:crypto';
import {
  type EventEnvelope,
  type ImageStorageChangedV1,
  type DataOf,
  ReserveImage as Contract,
} from '@imago/contracts';
import { inTransaction, Outbox } from '@imago/messaging';
import { runMigrations, serviceDataSource } from '@imago/persistence';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogFor } from '../../test/quota-under-test.ts';
import { QUOTA_MIGRATIONS } from '../migrations/quota-migrations.ts';
import { Ledger } from '../reservations/ledger.ts';
import { ReservationSweeper } from '../reservations/reservation-sweeper.ts';
import { ReservationsRepository } from '../reservations/reservations.repository.ts';
import { ReserveImage } from '../reservations/reserve-image.ts';
import { StoragePeriods } from '../usage/storage-periods.ts';
import { AccountUsageRepository } from './account-usage.repository.ts';
import { LimitsRepository } from './limits.repository.ts';

const GIB = 2n ** 30n;
const REGION = 'region-1';
const ROUNDS = 40;
/** GiB; four fifths are 8. */
const LIMIT = 10;

describe('four fifths of the storage', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let db: DataSource;
  let reserveImage: ReserveImage;
  let periods: StoragePeriods;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'quota', 'migrate');
    await runMigrations({ service: 'quota', url, migrations: QUOTA_MIGRATIONS });
    const run = databaseUrl(environment.postgres, 'quota', 'run');
    db = await serviceDataSource({ service: 'quota', url: run }).initialize();
    const outbox = new Outbox('quota');
    const [images, members] = [{ QUOTA_DEFAULT_IMAGES: 1000 }, { QUOTA_DEFAULT_MEMBERS_PER_IMAGE: 10 }];
    const limits = new LimitsRepository({ ...images, ...members, QUOTA_DEFAULT_STORAGE_GIB: LIMIT });
    const usage = new AccountUsageRepository();
    const reservations = new ReservationsRepository({ QUOTA_RESERVATION_SECONDS: 3600, QUOTA_LATE_SECONDS: 3600 });
    const ledger = new Ledger(limits, reservations, usage, outbox);
    const sweeper = new ReservationSweeper(db, ledger, reservations, { QUOTA_SWEEP_SECONDS: 3600 });
    reserveImage = new ReserveImage(db, limits, reservations, usage, sweeper, outbox);
    periods = new StoragePeriods(limits, usage, outbox);
  });
  afterAll(async () => {
    await db.destroy();
    await environment.close();
  });

  const cause = { correlation_id: 'tests' };

  async function reserve(project_id: string, storage_gib: number): Promise<void> {
    const wish = Contract.request.parse({ image_id: randomUUID(), project_id, region: REGION, storage_gib });
    await reserveImage.execute(wish, catalogFor(project_id), cause);
  }

  async function stored(owner: string, gib: bigint): Promise<void> {
    const stored_bytes = String(gib * GIB);
    const image = { image_id: randomUUID(), version: 1, owner, region: REGION };
    const change: DataOf<typeof ImageStorageChangedV1> = { ...image, stored_bytes, reason: 'stored' };
    await inTransaction(db, (tx) => periods.changed(tx, change, { at: new Date(), cause }));
  }

  /** What was told of the storage of a project, in GiB. */
  async function told(project: string): Promise<readonly number[]> {
    const rows: { envelope: string }[] = await db.query(
      `SELECT envelope FROM quota.outbox WHERE partition_key = $1
         AND envelope::jsonb->>'type' = 'QuotaThresholdReached' ORDER BY seq`,
      [project],
    );
    return rows
      .map(({ envelope }) => (JSON.parse(envelope) as EventEnvelope<{ resource: string; used: number }>).data)
      .filter(({ resource }) => resource === 'storage_gib')
      .map(({ used }) => used);
  }

  it('are told of once, whether it is stored or asked for', async () => {
    const project = randomUUID();
    await stored(project, 7n);
    expect(await told(project)).toEqual([]);
    await reserve(project, 1);
    await stored(project, 1n);
    expect(await told(project)).toEqual([8]);
  });

  it('are told of once, also when both happen at the same moment', async () => {
    const projects = Array.from({ length: ROUNDS }, () => randomUUID());
    for (const project of projects) {
      await stored(project, 6n);
      await reserve(project, 0);
      await Promise.all([reserve(project, 1), stored(project, 1n), reserve(project, 1), stored(project, 1n)]);
    }
    expect((await Promise.all(projects.map(told))).map((each) => each.length)).toEqual(projects.map(() => 1));
  });
});
