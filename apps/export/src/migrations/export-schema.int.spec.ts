import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_MIGRATIONS } from './export-migrations.ts';

const JOB = '00000000-0000-7000-8000-000000000001';

describe('the schema of export', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let owner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'export', 'migrate');
    owner = serviceDataSource({ service: 'export', url, migrations: EXPORT_MIGRATIONS });
    await owner.initialize();
  });

  afterAll(async () => {
    await owner.destroy();
    await environment.close();
  });

  it('comes out of an empty database, once, also when two migrate at the same time', async () => {
    const url = databaseUrl(environment.postgres, 'export', 'migrate');
    const migrate = () => runMigrations({ service: 'export', url, migrations: EXPORT_MIGRATIONS });
    const done = await Promise.all([migrate(), migrate()]);
    expect(done.flat()).toEqual(EXPORT_MIGRATIONS.map((migration) => migration.name));
    expect(await migrate()).toEqual([]);
    expect(await schemaDrift(owner)).toEqual([]);
  });

  it('lets no part be journaled for a job that is not there, twice, or outside of what a store takes', async () => {
    const insert = (jobId: string, part: number, size: number): Promise<unknown> =>
      owner.query(
        `INSERT INTO export.parts (job_id, part_number, etag, size, crc32, clusters) VALUES ($1, $2, 'e', $3, 0, '')`,
        [jobId, part, size],
      );
    await expect(insert(JOB, 2, 1)).rejects.toThrow('parts_job_fkey');
    await owner.query(
      `INSERT INTO export.jobs (id, type, project_id, region, state, phase, input, data, request_hash, correlation_id)
       VALUES ($1, 'export', 'p', 'r', 'queued', 'admit', '{}', '{}', 'h', 'c')`,
      [JOB],
    );
    await insert(JOB, 10_000, 1);
    await expect(insert(JOB, 10_000, 1)).rejects.toThrow('parts_pkey');
    await expect(insert(JOB, 10_001, 1)).rejects.toThrow('parts_part_number_check');
    await expect(insert(JOB, 2, 0)).rejects.toThrow('parts_size_check');
  });

  it('lets one job at a time write an object, and keeps what an ended one has to take away', async () => {
    const other = JOB.replace(/1$/, '2');
    const insert = (jobId: string): Promise<unknown> =>
      owner.query(`INSERT INTO export.destinations (job_id, region, bucket, object) VALUES ($1, 'r', 'b', 'o')`, [
        jobId,
      ]);
    await owner.query(
      `INSERT INTO export.jobs (id, type, project_id, region, state, phase, input, data, request_hash, correlation_id)
       VALUES ($1, 'export', 'p', 'r', 'queued', 'admit', '{}', '{}', 'h', 'c')`,
      [other],
    );
    await insert(JOB);
    await expect(insert(other)).rejects.toThrow('destinations_object_unique');
    await owner.query('UPDATE export.destinations SET ended_at = now()');
    await insert(other);
  });

  it('can be undone: nothing of its migrations stays', async () => {
    for (let left = EXPORT_MIGRATIONS.length; left > 0; left--) await owner.undoLastMigration();
    const left: unknown[] = await owner.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'export' AND tablename <> 'migrations'`,
    );
    expect(left).toEqual([]);
  });
});
