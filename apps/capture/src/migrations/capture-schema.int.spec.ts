import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAPTURE_MIGRATIONS } from './capture-migrations.ts';

const JOB = '00000000-0000-7000-8000-000000000001';

describe('the schema of capture', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let owner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'capture', 'migrate');
    owner = serviceDataSource({ service: 'capture', url, migrations: CAPTURE_MIGRATIONS });
    await owner.initialize();
  });

  afterAll(async () => {
    await owner.destroy();
    await environment.close();
  });

  it('comes out of an empty database, once, also when two migrate at the same time', async () => {
    const url = databaseUrl(environment.postgres, 'capture', 'migrate');
    const migrate = () => runMigrations({ service: 'capture', url, migrations: CAPTURE_MIGRATIONS });
    const done = await Promise.all([migrate(), migrate()]);
    expect(done.flat()).toEqual(CAPTURE_MIGRATIONS.map((migration) => migration.name));
    expect(await migrate()).toEqual([]);
    expect(await schemaDrift(owner)).toEqual([]);
  });

  it('lets no part be journaled for a job that is not there, twice, or outside of what a store takes', async () => {
    const insert = (jobId: string, part: number, size: number): Promise<unknown> =>
      owner.query(
        `INSERT INTO capture.parts (job_id, part_number, etag, size, crc32, clusters) VALUES ($1, $2, 'e', $3, 0, '')`,
        [jobId, part, size],
      );
    await expect(insert(JOB, 2, 1)).rejects.toThrow('parts_job_fkey');
    await owner.query(
      `INSERT INTO capture.jobs (id, type, project_id, region, state, phase, input, data, request_hash, correlation_id)
       VALUES ($1, 'capture', 'p', 'r', 'queued', 'lock', '{}', '{}', 'h', 'c')`,
      [JOB],
    );
    await insert(JOB, 10_000, 1);
    await expect(insert(JOB, 10_000, 1)).rejects.toThrow('parts_pkey');
    await expect(insert(JOB, 10_001, 1)).rejects.toThrow('parts_part_number_check');
    await expect(insert(JOB, 2, 0)).rejects.toThrow('parts_size_check');
  });

  it('keeps a lock when its job is forgotten, since its server is still to be released', async () => {
    await owner.query(`INSERT INTO capture.server_locks (lock_id, project_id, correlation_id) VALUES ($1, 'p', 'c')`, [
      JOB,
    ]);
    await owner.query('DELETE FROM capture.jobs WHERE id = $1', [JOB]);
    expect(await owner.query('SELECT lock_id FROM capture.server_locks')).toEqual([{ lock_id: JOB }]);
  });

  it('can be undone: nothing of its migrations stays', async () => {
    for (let left = CAPTURE_MIGRATIONS.length; left > 0; left--) await owner.undoLastMigration();
    const left: unknown[] = await owner.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'capture' AND tablename <> 'migrations'`,
    );
    expect(left).toEqual([]);
  });
});
