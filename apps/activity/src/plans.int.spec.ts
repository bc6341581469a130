import { serviceDataSource, runMigrations } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { type BoardPageQuery, BoardRepository } from './board/board.repository.ts';
import type { LogEntry } from './log/log-entry.ts';
import { LogRepository } from './log/log.repository.ts';
import { ACTIVITY_MIGRATIONS } from './migrations/activity-migrations.ts';
import { DeliveriesRepository } from './webhooks/deliveries.repository.ts';
import { DeliveryQueue } from './webhooks/delivery-queue.ts';

const REGION = 'region-1';
/** The id of the webhook number `n`, in SQL. */
const WEBHOOK = `lpad(n::text, 32, '0')::uuid`;
const FIRST_WEBHOOK = '00000000-0000-0000-0000-000000000001';
const IMAGE = '00000000-0000-4000-8000-000000000000';

describe('with 20,000 jobs and 20,000 events', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let owner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'activity', 'migrate');
    await runMigrations({ service: 'activity', url, migrations: ACTIVITY_MIGRATIONS });
    owner = await serviceDataSource({ service: 'activity', url }).initialize();
    // What is rare in the region is so everywhere; what is rare in project-0 is common elsewhere.
    await owner.query(
      `INSERT INTO activity.jobs
       SELECT gen_random_uuid(),
         CASE WHEN n % 1000 = 2 THEN 'capture' WHEN n % 2000 = 10 OR (n % 10 > 0 AND n % 3 = 0) THEN 'export' ELSE 'import' END,
         CASE WHEN n % 10 = 0 THEN 'project-0' ELSE 'project-' || n END, $1, gen_random_uuid(),
         CASE WHEN n % 1000 = 1 THEN 'cancelled' WHEN n % 2000 = 0 OR (n % 10 > 0 AND n % 2 = 0) THEN 'failed' ELSE 'succeeded' END,
         now() - n * interval '1 second', 2, '{}'
       FROM generate_series(1, 20000) AS n`,
      [REGION],
    );
    await owner.query(
      `INSERT INTO activity.log
      SELECT n, n, gen_random_uuid(), '/imago/catalog',
        CASE n % 100 WHEN 0 THEN 'ImageStorageChanged' WHEN 1 THEN 'ImageDeleted' ELSE 'ImageUpdated' END, 1, $2, $3::uuid, $2, n, 'project-1', $1,
        '{project-1}', NULL, 'c', now(), now(), repeat('x', 1000)
      FROM generate_series(1, 20000) AS n`,
      [REGION, IMAGE, IMAGE],
    );
    await owner.query(
      `INSERT INTO activity.log_viewers
       SELECT $1, CASE WHEN cursor % 50 = 1 THEN 'project-2' ELSE 'project-1' END, cursor, type FROM activity.log`,
      [REGION],
    );
    // Ten thousand webhooks; the first has half of all deliveries, and few of them are due.
    await owner.query(
      `INSERT INTO activity.webhooks (id, project_id, region, url, types, state, secret, made_of, created_by, due_at)
       SELECT ${WEBHOOK}, CASE WHEN n <= 10 THEN 'project-1' ELSE 'project-' || n END, $1, 'https://x', '{}', 'enabled',
         '', '', 'u', CASE WHEN n % 100 = 1 THEN now() ELSE now() + interval '1 hour' END
       FROM generate_series(1, 10000) AS n`,
      [REGION],
    );
    await owner.query(
      `INSERT INTO activity.webhook_deliveries
         (id, webhook_id, event_id, event_type, subject, state, due_at, created_at, changed_at)
       SELECT gen_random_uuid(), (SELECT ${WEBHOOK} FROM (SELECT CASE WHEN n % 2 = 0 THEN 1 ELSE n % 1000 + 1 END AS n) AS x),
         gen_random_uuid(), 'ImageReady', 's',
         CASE WHEN n % 500 = 0 THEN 'parked' WHEN n % 500 = 2 THEN 'pending' ELSE 'delivered' END,
         now() - n * interval '1 second', now() - n * interval '1 second', now()
       FROM generate_series(1, 20000) AS n`,
    );
    await owner.query('ANALYZE');
  });

  afterAll(async () => {
    await owner.destroy();
    await environment.close();
  });

  /** How many rows the largest step of a query touches, as Postgres counts them. */
  async function largestStep(query: (db: EntityManager) => Promise<unknown>): Promise<number> {
    let plan = '';
    const explaining = {
      query: async (sql: string, parameters: unknown[]): Promise<unknown[]> => {
        const rows: { 'QUERY PLAN': string }[] = await owner.query(`EXPLAIN (ANALYZE, TIMING OFF) ${sql}`, parameters);
        plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        return [];
      },
    };
    await query(explaining as unknown as EntityManager);
    const touched = [...plan.matchAll(/(?:actual rows=|Rows Removed by Filter: )(\d+)/g)].map(([, rows]) =>
      Number(rows),
    );
    expect(touched.length).toBeGreaterThan(0);
    return Math.max(...touched);
  }

  const everything: BoardPageQuery = {
    region: REGION,
    viewer: null,
    limit: 20,
    marker: null,
    state: null,
    type: null,
    image_id: null,
    bytes: 1_000_000,
  };

  it.each([
    { name: 'all', wanted: {} },
    { name: 'one project', wanted: { viewer: 'project-0' } },
    { name: 'a rare state', wanted: { state: 'cancelled' as const } },
    { name: 'a state rare in a project', wanted: { viewer: 'project-0', state: 'failed' as const } },
    { name: 'a rare type', wanted: { type: 'capture' as const } },
    { name: 'a type rare in a project', wanted: { viewer: 'project-0', type: 'export' as const } },
    { name: 'a state there is none in', wanted: { viewer: 'project-0', state: 'queued' as const } },
    { name: 'one image', wanted: { image_id: IMAGE } },
  ])('a page of jobs of $name reads little more than itself', async ({ wanted }) => {
    const board = new BoardRepository();
    expect(await largestStep((db) => board.page(db, { ...everything, ...wanted }))).toBeLessThanOrEqual(60);
  });

  it('a page of jobs deep in the list reads little more than itself', async () => {
    const rows: { id: string }[] = await owner.query(
      'SELECT id FROM activity.jobs ORDER BY created_at DESC OFFSET 9000 LIMIT 1',
    );
    const query = { ...everything, viewer: null, marker: rows[0]?.id ?? '' };
    expect(await largestStep((db) => new BoardRepository().page(db, query))).toBeLessThanOrEqual(60);
  });

  it.each([null, '12345'])('a page of events of one image after %s reads little more than itself', async (after) => {
    const query = { image_id: IMAGE, region: REGION, viewer: 'project-1', limit: 20, after, bytes: 1_000_000 };
    expect(await largestStep((db) => new LogRepository().history(db, query))).toBeLessThanOrEqual(60);
  });

  it.each([
    { name: 'everything', types: [] },
    { name: 'a usual type', types: ['ImageUpdated'] },
    { name: 'a rare type', types: ['ImageStorageChanged'] },
    { name: 'two rare types', types: ['ImageStorageChanged', 'ImageDeleted'] },
    { name: 'three types', types: ['ImageStorageChanged', 'ImageUpdated', 'ImageDeleted'] },
    { name: 'a type there is none of', types: ['ImageShared'] },
  ])('a page of the log with $name reads little more than itself, wherever it begins', async ({ types }) => {
    for (const after of [null, '12345'])
      for (const viewer of [null, 'project-1', 'project-2'])
        for (const order of ['asc', 'desc'] as const) {
          const query = { region: REGION, viewer, types, subject: null, order, limit: 15, after, bytes: 1_000_000 };
          expect(await largestStep((db) => new LogRepository().page(db, query))).toBeLessThanOrEqual(70);
        }
  });

  it.each(['asc', 'desc'] as const)(
    'a page of the log of one thing, %s, reads little more than itself',
    async (order) => {
      const query = { region: REGION, viewer: 'project-1', types: [], subject: IMAGE, order, limit: 15, after: '9000' };
      expect(await largestStep((db) => new LogRepository().page(db, { ...query, bytes: 1e6 }))).toBeLessThanOrEqual(60);
    },
  );

  it.each([null, 'parked', 'pending', 'delivered'] as const)(
    'a page of deliveries that are %s reads little more than itself',
    async (state) => {
      const query = { webhook_id: FIRST_WEBHOOK, state, limit: 15, marker: null };
      expect(await largestStep((db) => new DeliveriesRepository().page(db, query))).toBeLessThanOrEqual(60);
    },
  );

  it('whoever looks for something to send reads what is due, not what waits', async () => {
    const queue = new DeliveryQueue();
    expect(await largestStep((db) => queue.lease(db, 5, 60))).toBeLessThanOrEqual(20);
    const turn = { id: FIRST_WEBHOOK, turn: '1' };
    expect(await largestStep((db) => queue.begin(db, turn, 4))).toBeLessThanOrEqual(20);
  });

  it('an event finds the webhooks that want it among those of its audience', async () => {
    const event = { region: REGION, audience: ['project-1', 'project-20'], type: 'ImageReady', subject: 's' };
    const wanted = (db: EntityManager): Promise<unknown> =>
      new DeliveryQueue().wantedBy(db, event as unknown as LogEntry);
    expect(await largestStep(wanted)).toBeLessThanOrEqual(20);
  });

  it('old deliveries are found among new ones', async () => {
    expect(await largestStep((db) => new DeliveriesRepository().sweepOld(db, 1, 1000))).toBeLessThanOrEqual(20);
  });
});
