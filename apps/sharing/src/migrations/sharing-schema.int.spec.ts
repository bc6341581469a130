import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARING_ENTITIES } from '../sharing.module.ts';
import { SHARING_MIGRATIONS } from './sharing-migrations.ts';

describe('the schema of sharing', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let owner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'sharing', 'migrate');
    owner = serviceDataSource({ service: 'sharing', url, entities: SHARING_ENTITIES, migrations: SHARING_MIGRATIONS });
    await owner.initialize();
  });
  afterAll(async () => {
    await owner.destroy();
    await environment.close();
  });

  function migrate(): Promise<readonly string[]> {
    const url = databaseUrl(environment.postgres, 'sharing', 'migrate');
    return runMigrations({ service: 'sharing', url, migrations: SHARING_MIGRATIONS });
  }

  it('comes out of an empty database, once, also when two migrate at the same time', async () => {
    const done = await Promise.all([migrate(), migrate()]);
    expect(done.flat()).toEqual(SHARING_MIGRATIONS.map((migration) => migration.name));
    expect(await migrate()).toEqual([]);
  });

  it('is what the entities say', async () => {
    expect(await schemaDrift(owner)).toEqual([]);
  });

  it('refuses an end without a time and an answer that is none', async () => {
    await owner.query(`INSERT INTO sharing.images (image_id, region, owner, visibility, image_version)
      VALUES (gen_random_uuid(), 'r', 'p', 'private', 1)`);
    const insert = (status: string, reason: string | null): Promise<unknown> =>
      owner.query(
        `INSERT INTO sharing.members (image_id, project_id, status, ended_reason, version, created_at, updated_at)
         SELECT image_id, 'p-1', $1, $2, 1, now(), now() FROM sharing.images`,
        [status, reason],
      );
    await expect(insert('maybe', null)).rejects.toThrow('members_status_check');
    await expect(insert('pending', 'unshared')).rejects.toThrow('members_ended_check');
    await insert('pending', null);
  });

  it('can be undone: nothing of its migrations stays', async () => {
    for (let left = SHARING_MIGRATIONS.length; left > 0; left--) await owner.undoLastMigration();
    const left: unknown[] = await owner.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'sharing'::regnamespace AND relkind IN ('r', 'p', 'S', 'v')
         AND relname NOT LIKE 'migrations%'`,
    );
    expect(left).toEqual([]);
  });
});
