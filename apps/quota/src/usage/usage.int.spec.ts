import { randomUUID } from 'node:crypto';
import {
  type DataOf,
  type EventEnvelope,
  type ImageStorageChangedV1,
  ListUsage as Contract,
  type RequestOf,
  UsageMeteredV1,
  type UsageLine,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction, Outbox } from '@imago/messaging';
import { runMigrations, serviceDataSource } from '@imago/persistence';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { testEnvironment, trials } from '@imago/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenant } from '../../test/quota-under-test.ts';
import { AccountUsageRepository } from '../limits/account-usage.repository.ts';
import { LimitsRepository } from '../limits/limits.repository.ts';
import { RegionNames } from '../limits/region-names.ts';
import { QUOTA_MIGRATIONS } from '../migrations/quota-migrations.ts';
import { Clock } from './clock.ts';
import { HourMeter } from './hour-meter.ts';
import { ListUsage } from './list-usage.ts';
import { StoragePeriods } from './storage-periods.ts';

const GIB = 2 ** 30;
const HOUR = 3_600_000;
const OPERATOR = tenant('operators', ['admin', 'member', 'reader']);

type Change = DataOf<typeof ImageStorageChangedV1>;
type Metered = DataOf<typeof UsageMeteredV1>;

/** A clock that stands until it is set. */
class SetClock extends Clock {
  constructor(public time: Date) {
    super();
  }
  override now(): Date {
    return this.time;
  }
}

/** A month of some images: the database is real, the clock is the test's. */
class Month {
  readonly region = `region-${randomUUID().slice(0, 8)}`;
  readonly clock: SetClock;
  readonly meter: HourMeter;
  readonly #usage: ListUsage;
  readonly #periods: StoragePeriods;

  constructor(
    private readonly db: DataSource,
    now: string,
  ) {
    const defaults = { QUOTA_DEFAULT_IMAGES: 10, QUOTA_DEFAULT_MEMBERS_PER_IMAGE: 10, QUOTA_DEFAULT_STORAGE_GIB: 1000 };
    const outbox = new Outbox('quota');
    this.clock = new SetClock(new Date(now));
    this.#periods = new StoragePeriods(new LimitsRepository(defaults), new AccountUsageRepository(), outbox);
    this.#usage = new ListUsage(db, new RegionNames([this.region]), this.clock);
    const times = { QUOTA_METER_SECONDS: 3600, QUOTA_METER_GRACE_SECONDS: 300 };
    this.meter = new HourMeter(db, outbox, this.clock, times);
  }

  /** From `at` on a project is charged for so many GiB of an image. */
  async changed(image_id: string, version: number, [at, owner, gib]: readonly [string, string, number]): Promise<void> {
    const change: Change = {
      ...{ image_id, version, owner, region: this.region },
      ...{ stored_bytes: String(gib * GIB), reason: 'stored' },
    };
    const told = { at: new Date(at), cause: { correlation_id: 'tests' } };
    await inTransaction(this.db, (tx) => this.#periods.changed(tx, change, told));
  }

  async usage(asked: Partial<RequestOf<typeof Contract>>, context: RequestContext = OPERATOR): Promise<UsageLine[]> {
    const month = { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', limit: 1000, offset: 0 };
    const request = { region: this.region, project_id: null, image_id: null, by: 'image' as const, ...month, ...asked };
    return (await this.#usage.execute(request, context)).usage;
  }

  /** What was told of this region, in its order. */
  async told(): Promise<readonly Metered[]> {
    const rows: { envelope: string }[] = await this.db.query(
      `SELECT envelope FROM quota.outbox WHERE envelope::jsonb->>'type' = 'UsageMetered'
         AND envelope::jsonb->>'region' = $1 ORDER BY seq`,
      [this.region],
    );
    return rows.map(({ envelope }) => (JSON.parse(envelope) as EventEnvelope<Metered>).data);
  }
}

describe('what is charged for', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let db: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'quota', 'migrate');
    await runMigrations({ service: 'quota', url, migrations: QUOTA_MIGRATIONS });
    db = await serviceDataSource({
      service: 'quota',
      url: databaseUrl(environment.postgres, 'quota', 'run'),
    }).initialize();
  });
  afterAll(async () => {
    await db.destroy();
    await environment.close();
  });

  it('in a month is what the table below says, by image, day, hour and project', async () => {
    const month = new Month(db, '2026-04-02T00:00:00Z');
    const [kept, short, grown, given, exact, instant, free] = Array.from({ length: 7 }, () => randomUUID());
    // Stored before the month and kept: 31 days of 24 hours, 2 GiB.
    await month.changed(kept ?? '', 1, ['2026-02-27T10:00:00Z', 'a', 2]);
    // Ten minutes over the change of an hour: two hours have begun.
    await month.changed(short ?? '', 1, ['2026-03-05T10:55:00Z', 'a', 1]);
    await month.changed(short ?? '', 2, ['2026-03-05T11:05:00Z', 'a', 0]);
    // 1 GiB, flattened to 3 GiB in the second hour, gone in the fourth: 1 + 3 + 3 + 3.
    await month.changed(grown ?? '', 1, ['2026-03-06T08:30:00Z', 'a', 1]);
    await month.changed(grown ?? '', 2, ['2026-03-06T09:45:00Z', 'a', 3]);
    await month.changed(grown ?? '', 3, ['2026-03-06T11:15:00Z', 'a', 0]);
    // Given from a to b in the middle of an hour, which counts for both: a 08 and 09; b 09 and 10.
    await month.changed(given ?? '', 1, ['2026-03-07T08:10:00Z', 'a', 4]);
    await month.changed(given ?? '', 2, ['2026-03-07T09:30:00Z', 'b', 4]);
    await month.changed(given ?? '', 3, ['2026-03-07T10:30:00Z', 'b', 0]);
    // Deleted as an hour begins: that hour is saved.
    await month.changed(exact ?? '', 1, ['2026-03-08T12:00:00Z', 'b', 5]);
    await month.changed(exact ?? '', 2, ['2026-03-08T13:00:00Z', 'b', 0]);
    // Gone in the instant it came: nothing.
    await month.changed(instant ?? '', 1, ['2026-03-09T12:30:00Z', 'b', 5]);
    await month.changed(instant ?? '', 2, ['2026-03-09T12:30:00Z', 'b', 0]);
    // Public for half a day of the two it was there: 6 + 6 hours of 1 GiB, the hours of the changes both times.
    await month.changed(free ?? '', 1, ['2026-03-10T00:00:00Z', 'b', 1]);
    await month.changed(free ?? '', 2, ['2026-03-10T05:30:00Z', 'b', 0]);
    await month.changed(free ?? '', 3, ['2026-03-10T18:30:00Z', 'b', 1]);
    await month.changed(free ?? '', 4, ['2026-03-11T00:00:00Z', 'b', 0]);

    const table: Record<string, [string, string]> = {
      [`a ${kept}`]: ['1488.000000', String(1488 * GIB)],
      [`a ${short}`]: ['2.000000', String(2 * GIB)],
      [`a ${grown}`]: ['10.000000', String(10 * GIB)],
      [`a ${given}`]: ['8.000000', String(8 * GIB)],
      [`b ${given}`]: ['8.000000', String(8 * GIB)],
      [`b ${exact}`]: ['5.000000', String(5 * GIB)],
      [`b ${free}`]: ['12.000000', String(12 * GIB)],
    };
    const lines = await month.usage({ by: 'image' });
    expect(
      Object.fromEntries(
        lines.map((line) => [`${line.project_id} ${line.image_id}`, [line.gib_hours, line.byte_hours]]),
      ),
    ).toEqual(table);

    const days = await month.usage({ by: 'day', project_id: 'b' });
    expect(days.map(({ from, gib_hours }) => [from?.slice(0, 10), gib_hours])).toEqual([
      ['2026-03-07', '8.000000'],
      ['2026-03-08', '5.000000'],
      ['2026-03-10', '12.000000'],
    ]);
    const hours = await month.usage({
      by: 'hour',
      project_id: 'a',
      from: '2026-03-06T08:00:00Z',
      to: '2026-03-06T13:00:00Z',
    });
    expect(hours.map(({ from, gib_hours, images }) => [from?.slice(11, 13), gib_hours, images])).toEqual([
      ['08', '3.000000', 2],
      ['09', '5.000000', 2],
      ['10', '5.000000', 2],
      ['11', '5.000000', 2],
      ['12', '2.000000', 1],
    ]);

    await month.meter.meter();
    const told = await month.told();
    const total = (project: string): bigint =>
      told
        .filter(({ project_id, hour }) => project_id === project && hour >= '2026-03-01' && hour < '2026-04-01')
        .reduce((sum, { byte_hours }) => sum + BigInt(byte_hours), 0n);
    expect([total('a'), total('b')]).toEqual([BigInt(1508 * GIB), BigInt(25 * GIB)]);
  });

  it('grows with every hour that begins, the present one too', async () => {
    const month = new Month(db, '2026-03-01T10:00:00Z');
    const image = randomUUID();
    await month.changed(image, 1, ['2026-03-01T09:59:59Z', 'a', 1]);
    const now = async (time: string): Promise<string | undefined> => {
      month.clock.time = new Date(time);
      return (await month.usage({}))[0]?.gib_hours;
    };
    expect(await now('2026-03-01T09:59:59Z')).toBe('1.000000');
    expect(await now('2026-03-01T10:00:00Z')).toBe('2.000000');
    expect(await now('2026-03-01T10:59:59Z')).toBe('2.000000');
    expect(await now('2026-03-01T11:00:00Z')).toBe('3.000000');
  });

  it('is told once for every hour that is over, by one of two who meter, and again when something late changes it', async () => {
    const month = new Month(db, '2026-03-01T12:04:00Z');
    const image = randomUUID();
    await month.changed(image, 1, ['2026-03-01T10:30:00Z', 'a', 1]);
    await Promise.all([month.meter.meter(), month.meter.meter()]);
    const said = async (): Promise<unknown[]> =>
      (await month.told()).map(({ hour, byte_hours, revision }) => [
        hour.slice(11, 13),
        Number(byte_hours) / GIB,
        revision,
      ]);
    expect(await said()).toEqual([['10', 1, 1]]); // 11 is over, and late events have their time still
    month.clock.time = new Date('2026-03-01T13:10:00Z');
    await month.meter.meter();
    expect(await said()).toEqual([
      ['10', 1, 1],
      ['11', 1, 1],
      ['12', 1, 1],
    ]);
    await month.changed(image, 2, ['2026-03-01T11:20:00Z', 'a', 0]);
    await month.meter.meter();
    expect((await said()).slice(3)).toEqual([['12', 0, 2]]);
  });

  it('is the same in whatever order and how often its events come', async () => {
    const moment = fc.record({ minute: fc.nat(600), gib: fc.nat(3), owner: fc.constantFrom('a', 'b') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(moment, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
        async (moments, order) => {
          const facts = moments
            .sort((one, other) => one.minute - other.minute)
            .map(({ minute, gib, owner }, place) => ({
              version: place + 1,
              fact: [new Date(Date.parse('2026-03-01T00:00:00Z') + minute * 60_000).toISOString(), owner, gib] as const,
            }));
          const [inOrder, mixed] = [new Month(db, '2026-03-02T00:00:00Z'), new Month(db, '2026-03-02T00:00:00Z')];
          const [one, other] = [randomUUID(), randomUUID()];
          for (const { version, fact } of facts) await inOrder.changed(one, version, fact);
          const late = [...facts, ...facts.slice(0, 2)]
            .map((fact, place) => ({ fact, at: order[place] ?? 0 }))
            .sort((a, b) => a.at - b.at);
          for (const { fact } of late) await mixed.changed(other, fact.version, fact.fact);
          const lines = async (month: Month): Promise<unknown> =>
            (await month.usage({ by: 'hour' })).map(({ project_id, from, byte_hours }) => [
              project_id,
              from,
              byte_hours,
            ]);
          expect(await lines(mixed)).toEqual(await lines(inOrder));
        },
      ),
      { numRuns: trials(40) },
    );
  });

  it('was told last as it is, whatever was told before late events came', async () => {
    const moment = fc.record({ minute: fc.nat(239), gib: fc.nat(3), owner: fc.constantFrom('a', 'b') });
    const late = fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { minLength: 2, maxLength: 5 }), late, async (moments, order) => {
        const month = new Month(db, '2026-03-01T04:05:00Z');
        const image = randomUUID();
        const facts = moments
          .sort((one, other) => one.minute - other.minute)
          .map(({ minute, gib, owner }, place) => {
            const at = new Date(Date.parse('2026-03-01T00:00:00Z') + minute * 60_000).toISOString();
            return { version: place + 1, fact: [at, owner, gib] as const, turn: order[place] ?? 0 };
          })
          .sort((one, other) => one.turn - other.turn);
        for (const { version, fact } of facts) {
          await month.changed(image, version, fact);
          await Promise.all([month.meter.meter(), month.meter.meter()]);
        }
        const told = await month.told();
        const last = new Map<string, string>();
        const revisions = new Map<string, number>();
        for (const { project_id, hour, byte_hours, revision } of told) {
          const key = `${project_id} ${hour}`;
          expect(revision).toBe((revisions.get(key) ?? 0) + 1);
          revisions.set(key, revision);
          if (byte_hours === '0') last.delete(key);
          else last.set(key, byte_hours);
        }
        const usage = await month.usage({ by: 'hour', to: '2026-03-01T04:00:00Z' });
        expect(Object.fromEntries(last)).toEqual(
          Object.fromEntries(usage.map(({ project_id, from, byte_hours }) => [`${project_id} ${from}`, byte_hours])),
        );
      }),
      { numRuns: trials(25) },
    );
  });

  it('is seen by its project and by operators, in a range that makes sense', async () => {
    const month = new Month(db, '2026-03-01T12:04:00Z');
    await month.changed(randomUUID(), 1, ['2026-03-01T10:30:00Z', 'a', 1]);
    expect(await month.usage({ project_id: 'a' }, tenant('a', ['reader']))).toHaveLength(1);
    await expect(month.usage({ project_id: 'a' }, tenant('b'))).rejects.toMatchObject({ code: 'request.not_found' });
    await expect(month.usage({}, tenant('a'))).rejects.toMatchObject({ code: 'request.not_found' });
    for (const to of ['2026-03-01T00:00:00Z', new Date(Date.parse('2026-03-01T00:00:00Z') + 9000 * HOUR).toISOString()])
      await expect(month.usage({ to })).rejects.toMatchObject({ code: 'usage.range' });
  });
});
