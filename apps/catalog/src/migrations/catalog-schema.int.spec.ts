import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { databaseUrl, provision } from '../../test/catalog-under-test.ts';
import { CATALOG_ENTITIES } from '../catalog.module.ts';
import { CATALOG_MIGRATIONS } from './catalog-migrations.ts';

describe('the schema of catalog', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment>>;
  let owner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    owner = serviceDataSource({
      service: 'catalog',
      url: databaseUrl(environment.postgres, 'catalog', 'migrate'),
      entities: CATALOG_ENTITIES,
      migrations: CATALOG_MIGRATIONS,
    });
    await owner.initialize();
  }, 60_000);

  afterAll(async () => {
    await owner.destroy();
    await environment.close();
  });

  function migrate(): Promise<readonly string[]> {
    const url = databaseUrl(environment.postgres, 'catalog', 'migrate');
    return runMigrations({ service: 'catalog', url, migrations: CATALOG_MIGRATIONS });
  }

  it('comes out of an empty database, once, also when two migrate at the same time', async () => {
    const done = await Promise.all([migrate(), migrate()]);
    expect(done.flat()).toEqual(CATALOG_MIGRATIONS.map((migration) => migration.name));
    expect(await migrate()).toEqual([]);
  });

  it('is what the entities say', async () => {
    expect(await schemaDrift(owner)).toEqual([]);
  });

  it('refuses an active image without bytes and a killed one without a reason', async () => {
    const insert = (status: string): Promise<unknown> =>
      owner.query(
        `INSERT INTO catalog.images (id, region, owner, status, visibility, name, image_type, min_disk, min_ram,
           enterprise_project_id, registration_hash, version)
         VALUES (gen_random_uuid(), 'r', 'p', $1, 'private', 'n', 'system_disk', 1, 0, 'default', 'h', 1)`,
        [status],
      );
    await expect(insert('active')).rejects.toThrow('images_stored_check');
    await expect(insert('killed')).rejects.toThrow('images_killed_check');
    await expect(insert('lost')).rejects.toThrow('images_status_check');
    await insert('queued');
  });

  it('lets the role that runs read and write rows, and nothing more', async () => {
    const runner = serviceDataSource({
      service: 'catalog',
      url: databaseUrl(environment.postgres, 'catalog', 'run'),
    });
    await runner.initialize();
    try {
      expect(await runner.query('SELECT status FROM catalog.images')).toEqual([{ status: 'queued' }]);
      await expect(runner.query('DROP TABLE catalog.images')).rejects.toThrow('must be owner');
      await expect(runner.query('CREATE TABLE catalog.more (id int)')).rejects.toThrow('permission denied');
    } finally {
      await runner.destroy();
    }
  });

  it('can be undone: nothing of the newest migration stays', async () => {
    await owner.undoLastMigration();
    const left: unknown[] = await owner.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'catalog'::regnamespace AND relkind IN ('r', 'p', 'S', 'v')
         AND relname NOT LIKE 'migrations%'`,
    );
    expect(left).toEqual([]);
  });
});
