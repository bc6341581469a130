import { testEnvironment, type TestEnvironment } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provision, query, urlsOf } from '../test/database.ts';
import { dropDatabase, type DatabaseUrls } from './index.ts';

const FORBIDDEN = '42501';
let environment: TestEnvironment<'postgres'>;
let catalog: DatabaseUrls;
let quota: DatabaseUrls;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, provision });
  catalog = urlsOf(environment.postgres, 'catalog');
  quota = urlsOf(environment.postgres, 'quota');
  await query(catalog.migrate, 'CREATE TABLE catalog.images (id bigserial PRIMARY KEY, name text NOT NULL)');
  await query(quota.migrate, 'CREATE TABLE quota.limits (id int PRIMARY KEY)');
});
afterAll(() => environment.close());

describe('the role a service runs as', () => {
  it('reads and writes the rows of its own schema, which is where unqualified names lead', async () => {
    await query(catalog.run, `INSERT INTO images (name) VALUES ('kept')`);
    await query(catalog.run, `UPDATE images SET name = 'changed'`);
    expect(await query(catalog.run, 'SELECT name FROM images')).toEqual([{ name: 'changed' }]);
    await query(catalog.run, 'DELETE FROM catalog.images');
  });

  it.each(['SELECT * FROM quota.limits', 'INSERT INTO quota.limits VALUES (1)', 'DELETE FROM quota.limits'])(
    "cannot touch another service's schema: %s",
    async (statement) => {
      await expect(query(catalog.run, statement)).rejects.toMatchObject({ code: FORBIDDEN });
    },
  );

  it.each([
    'CREATE TABLE catalog.more (id int)',
    'CREATE TABLE public.more (id int)',
    'CREATE TEMPORARY TABLE more (id int)',
    'CREATE SCHEMA more',
    'CREATE FUNCTION catalog.more() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'ALTER TABLE catalog.images ADD COLUMN more int',
    'CREATE INDEX ON catalog.images (name)',
    'TRUNCATE catalog.images',
    'DROP TABLE catalog.images',
    'DROP SCHEMA catalog CASCADE',
    'SET ROLE imago_catalog_migrator',
    'SET ROLE imago_quota',
    `ALTER ROLE imago_catalog SUPERUSER`,
    'CREATE ROLE more',
  ])('cannot change what there is: %s', async (statement) => {
    await expect(query(catalog.run, statement)).rejects.toMatchObject({ code: FORBIDDEN });
  });
});

describe('the role that migrates', () => {
  it("cannot touch another service's schema either", async () => {
    await expect(query(catalog.migrate, 'SELECT * FROM quota.limits')).rejects.toMatchObject({ code: FORBIDDEN });
    await expect(query(catalog.migrate, 'CREATE TABLE quota.more (id int)')).rejects.toMatchObject({ code: FORBIDDEN });
  });
});

describe('provisioning', () => {
  it('may be done again and by several at the same time, on one database and on others', async () => {
    const { adminUrl, database } = environment.postgres;
    await query(catalog.run, `INSERT INTO images (name) VALUES ('kept')`);
    const others = [`${database}_a`, `${database}_b`];
    try {
      await Promise.all([database, database, database, ...others, ...others].map((name) => provision(adminUrl, name)));
      expect(await query(catalog.run, 'SELECT name FROM images')).toEqual([{ name: 'kept' }]);
      for (const other of others) {
        const { migrate, run } = urlsOf({ adminUrl, database: other }, 'catalog');
        await query(migrate, 'CREATE TABLE catalog.images (id int)');
        expect(await query(run, 'SELECT * FROM images')).toEqual([]);
      }
    } finally {
      for (const other of others) await dropDatabase(adminUrl, other);
    }
  });
});
