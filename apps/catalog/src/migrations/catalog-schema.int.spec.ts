import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseUrl, provision } from '@imago/persistence/testing';
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
  });

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

  it('lets images, servers and layers keep objects, and nothing else', async () => {
    const insert = (holder: string): Promise<unknown> =>
      owner.query(
        `INSERT INTO catalog.object_references (object_id, holder_type, holder_id)
         VALUES (gen_random_uuid(), $1, gen_random_uuid())`,
        [holder],
      );
    await expect(insert('lease')).rejects.toThrow('object_references_holder_type_check');
    await expect(insert('server')).rejects.toThrow('object_references_object_fkey');
    await expect(insert('image')).rejects.toThrow('object_references_object_fkey');
    await expect(insert('layer')).rejects.toThrow('object_references_object_fkey');
  });

  it('can be undone, the newest step first: nothing of it stays', async () => {
    for (let left = CATALOG_MIGRATIONS.length; left > 0; left--) await owner.undoLastMigration();
    const left: unknown[] = await owner.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'catalog'::regnamespace AND relkind IN ('r', 'p', 'S', 'v')
         AND relname NOT LIKE 'migrations%'`,
    );
    expect(left).toEqual([]);
    expect(await migrate()).toEqual(CATALOG_MIGRATIONS.map((migration) => migration.name));
  });
});
