import { serviceDataSource, runMigrations } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseUrl, provision } from '../test/activity-under-test.ts';
import { type BoardPageQuery, BoardRepository } from './board/board.repository.ts';
import { LogRepository } from './log/log.repository.ts';
import { ACTIVITY_MIGRATIONS } from './migrations/activity-migrations.ts';

const REGION = 'region-1';
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
      SELECT n, n, gen_random_uuid(), '/imago/catalog', 'ImageUpdated', 1, $2, $3::uuid, $2, n, 'project-1', $1,
        '{project-1}', NULL, 'c', now(), now(), repeat('x', 1000)
      FROM generate_series(1, 20000) AS n`,
      [REGION, IMAGE, IMAGE],
    );
    await owner.query('ANALYZE activity.jobs, activity.log');
  }, 60_000);

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
});
