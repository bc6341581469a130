import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMPORT_ENTITIES } from '../import.module.ts';
import { ImportSources1764910000000 } from './1764910000000-import-sources.ts';
import { IMPORT_MIGRATIONS } from './import-migrations.ts';

const JOB = '00000000-0000-7000-8000-000000000001';

describe('the schema of import', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let owner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'import', 'migrate');
    owner = serviceDataSource({ service: 'import', url, migrations: IMPORT_MIGRATIONS, entities: IMPORT_ENTITIES });
    await owner.initialize();
  });

  afterAll(async () => {
    await owner.destroy();
    await environment.close();
  });

  it('comes out of an empty database, once, also when two migrate at the same time', async () => {
    const url = databaseUrl(environment.postgres, 'import', 'migrate');
    const migrate = () => runMigrations({ service: 'import', url, migrations: IMPORT_MIGRATIONS });
    const done = await Promise.all([migrate(), migrate()]);
    expect(done.flat()).toEqual(IMPORT_MIGRATIONS.map((migration) => migration.name));
    expect(await migrate()).toEqual([]);
    expect(await schemaDrift(owner)).toEqual([]);
  });

  it('lets no part be journaled for a job that is not there, twice, or outside of what a store takes', async () => {
    const insert = (jobId: string, part: number, size: number): Promise<unknown> =>
      owner.query(
        `INSERT INTO import.parts (job_id, part_number, etag, size, crc32, clusters) VALUES ($1, $2, 'e', $3, 0, '')`,
        [jobId, part, size],
      );
    await expect(insert(JOB, 2, 1)).rejects.toThrow('parts_job_fkey');
    await owner.query(
      `INSERT INTO import.jobs (id, type, project_id, region, state, phase, input, data, request_hash, correlation_id)
       VALUES ($1, 'import', 'p', 'r', 'queued', 'admit', '{}', '{}', 'h', 'c')`,
      [JOB],
    );
    await insert(JOB, 10_000, 1);
    await expect(insert(JOB, 10_000, 1)).rejects.toThrow('parts_pkey');
    await expect(insert(JOB, 10_001, 1)).rejects.toThrow('parts_part_number_check');
    await expect(insert(JOB, 2, 0)).rejects.toThrow('parts_size_check');
  });

  it('keeps the jobs there were before files came from more than one kind of place', async () => {
    await owner.query(`UPDATE import.jobs SET input = '{"source": {"bucket": "b", "object": "o"}, "facts": {}}'`);
    await new ImportSources1764910000000().down(owner.createQueryRunner());
    await new ImportSources1764910000000().up(owner.createQueryRunner());
    expect(await owner.query('SELECT input FROM import.jobs')).toEqual([
      { input: { source: { type: 'bucket', bucket: 'b', object: 'o' }, checksum: null, facts: {} } },
    ]);
  });

  it('can be undone: nothing of staged files stays', async () => {
    await owner.undoLastMigration(); // of files that expire
    await owner.undoLastMigration(); // of scans
    await owner.undoLastMigration();
    const left: unknown[] = await owner.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'import.upload_sessions'::regclass 
         AND attname IN ('stages', 'room', 'expires_at')`,
    );
    expect(left).toEqual([]);
  });
});
