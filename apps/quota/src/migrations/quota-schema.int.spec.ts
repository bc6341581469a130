import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUOTA_ENTITIES } from '../quota.module.ts';
import { QUOTA_MIGRATIONS } from './quota-migrations.ts';

describe('the schema of quota', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let owner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    owner = serviceDataSource({
      service: 'quota',
      url: databaseUrl(environment.postgres, 'quota', 'migrate'),
      entities: QUOTA_ENTITIES,
      migrations: QUOTA_MIGRATIONS,
    });
    await owner.initialize();
  });

  afterAll(async () => {
    await owner.destroy();
    await environment.close();
  });

  function migrate(): Promise<readonly string[]> {
    const url = databaseUrl(environment.postgres, 'quota', 'migrate');
    return runMigrations({ service: 'quota', url, migrations: QUOTA_MIGRATIONS });
  }

  it('comes out of an empty database, once, also when two migrate at the same time', async () => {
    const done = await Promise.all([migrate(), migrate()]);
    expect(done.flat()).toEqual(QUOTA_MIGRATIONS.map((migration) => migration.name));
    expect(await migrate()).toEqual([]);
  });

  it('is what the entities say', async () => {
    expect(await schemaDrift(owner)).toEqual([]);
  });

  it('refuses a state that is none, a reservation nobody would sweep, and a place without an account', async () => {
    await owner.query(`INSERT INTO quota.limits (project_id, region, resource) VALUES ('p', 'r', 'images')`);
    const insert = (state: string, region = 'r'): Promise<unknown> =>
      owner.query(
        `INSERT INTO quota.reservations (image_id, project_id, region, resource, state, expires_at, correlation_id)
         VALUES (gen_random_uuid(), 'p', $2, 'images', $1, now(), 'c')`,
        [state, region],
      );
    await expect(insert('lost')).rejects.toThrow('reservations_state_check');
    await expect(insert('reserved')).rejects.toThrow('reservations_sweep_check');
    await expect(insert('confirmed', 'elsewhere')).rejects.toThrow('reservations_limit_fkey');
    await insert('confirmed');
  });

  it('counts what a project uses by an index, however many of its images have ended', async () => {
    await owner.query(
      `INSERT INTO quota.reservations (image_id, project_id, region, resource, state, expires_at, correlation_id)
       SELECT gen_random_uuid(), 'p', 'r', 'images', 'ended', now(), 'c' FROM generate_series(1, 20000)`,
    );
    await owner.query('ANALYZE quota.reservations');
    const plan: { 'QUERY PLAN': string }[] = await owner.query(
      `EXPLAIN SELECT count(*) FROM quota.reservations
       WHERE project_id = 'p' AND region = 'r' AND resource = 'images' AND state <> 'ended' AND state <> 'exempt'`,
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('reservations_live_idx');
  });

  it('lets the role that runs read and write rows, and nothing more', async () => {
    const runner = serviceDataSource({ service: 'quota', url: databaseUrl(environment.postgres, 'quota', 'run') });
    await runner.initialize();
    try {
      expect(await runner.query('SELECT project_id FROM quota.limits')).toEqual([{ project_id: 'p' }]);
      await expect(runner.query('DROP TABLE quota.limits')).rejects.toThrow('must be owner');
      await expect(runner.query('CREATE TABLE quota.more (id int)')).rejects.toThrow('permission denied');
    } finally {
      await runner.destroy();
    }
  });

  it('can be undone: nothing of its migrations stays', async () => {
    for (let left = QUOTA_MIGRATIONS.length; left > 0; left--) await owner.undoLastMigration();
    const left: unknown[] = await owner.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'quota'::regnamespace AND relkind IN ('r', 'p', 'S', 'v')
         AND relname NOT LIKE 'migrations%'`,
    );
    expect(left).toEqual([]);
  });
});
