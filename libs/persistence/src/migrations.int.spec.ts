import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { testEnvironment, type TestEnvironment } from '@imago/testing';
import { Check, Column, Entity, Index, type MigrationInterface, PrimaryColumn, type QueryRunner } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { provision, query, urlsOf } from '../test/database.ts';
import { bigintText, type MigrationClass, runMigrations, schemaDrift, serviceDataSource } from './index.ts';

class CreateThings1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE quota.things (
      id int PRIMARY KEY, size bigint NOT NULL CONSTRAINT things_size_check CHECK (size >= 0))`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE quota.things');
  }
}

class Breaks1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE quota.half (id int)');
    await runner.query('SELECT 1 / 0');
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

@Entity({ schema: 'quota', name: 'things' })
@Check('things_size_check', 'size >= 0')
class ThingRow {
  @PrimaryColumn('int') id!: number;
  @Column('bigint', { transformer: bigintText }) size!: bigint;
}

@Entity({ schema: 'quota', name: 'things' })
@Check('things_size_check', 'size >= 0')
@Index('things_name_idx', ['name'])
class ThingRowAhead {
  @PrimaryColumn('int') id!: number;
  @Column('bigint') size!: string;
  @Column('text') name!: string;
}

let environment: TestEnvironment<'postgres'>;
let urls: ReturnType<typeof urlsOf>;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, provision });
  urls = urlsOf(environment.postgres, 'quota');
});
afterEach(() => query(urls.migrate, 'DROP TABLE IF EXISTS quota.things, quota.migrations'));
afterAll(() => environment.close());

function migrate(...migrations: MigrationClass[]): Promise<readonly string[]> {
  return runMigrations({ service: 'quota', url: urls.migrate, migrations });
}

async function driftOf(entity: typeof ThingRow | typeof ThingRowAhead): Promise<readonly string[]> {
  const dataSource = serviceDataSource({ service: 'quota', url: urls.migrate, entities: [entity] });
  await dataSource.initialize();
  try {
    return await schemaDrift(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

describe('migrating', () => {
  it('runs each migration once, also when several processes migrate at the same time', async () => {
    const done = await Promise.all([1, 2, 3, 4].map(() => migrate(CreateThings1700000000000)));
    expect(done.flat()).toEqual(['CreateThings1700000000000']);
    expect(await migrate(CreateThings1700000000000)).toEqual([]);
  });

  it('keeps nothing of a migration that fails, and what ran before it', async () => {
    await expect(migrate(CreateThings1700000000000, Breaks1700000000001)).rejects.toThrow('division by zero');
    expect(await query(urls.migrate, `SELECT to_regclass('quota.half') AS half`)).toEqual([{ half: null }]);
    expect(await query(urls.run, 'SELECT * FROM quota.things')).toEqual([]);
    expect(await query(urls.run, 'SELECT name FROM quota.migrations')).toEqual([{ name: 'CreateThings1700000000000' }]);
  });

  it('is not possible as the role that runs', async () => {
    const attempt = runMigrations({ service: 'quota', url: urls.run, migrations: [CreateThings1700000000000] });
    await expect(attempt).rejects.toThrow('permission denied');
  });
});

describe('the migrate program', () => {
  /** Answers the exit code and what was printed. */
  function run(env: Record<string, string>): Promise<{ code: number; output: string }> {
    const program = join(import.meta.dirname, '../test/migrate.ts');
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ['--conditions=@imago/source', program],
        { env },
        (_error, stdout, stderr) => {
          resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
        },
      );
    });
  }

  it('says what it did and ends with 0', async () => {
    const first = await run({ MIGRATE_DATABASE_URL: urls.migrate });
    expect(first).toEqual({ code: 0, output: 'quota: CreateNothing1700000000000\n' });
    const second = await run({ MIGRATE_DATABASE_URL: urls.migrate });
    expect(second).toEqual({ code: 0, output: 'quota: nothing to migrate\n' });
  });

  it.each([
    ['without a URL', {}],
    ['with something else', { MIGRATE_DATABASE_URL: 'https://u:s3cret@h/' }],
    ['with a database that is not there', { MIGRATE_DATABASE_URL: 'postgresql://u:s3cret@127.0.0.1:1/d' }],
  ])('ends with 1 and the reason, and prints no password: %s', async (_case, env) => {
    const { code, output } = await run(env);
    expect(code).toBe(1);
    expect(output).toContain('quota was not migrated: ');
    expect(output).not.toContain('s3cret');
  });
});

describe('the drift check', () => {
  it('finds nothing when entity and schema agree, whatever else is in the schema', async () => {
    await migrate(CreateThings1700000000000);
    await query(urls.migrate, 'CREATE TABLE IF NOT EXISTS quota.unmapped (id int)');
    expect(await driftOf(ThingRow)).toEqual([]);
  });

  it('finds an entity that is ahead of its migration, and changes nothing', async () => {
    await migrate(CreateThings1700000000000);
    const drift = await driftOf(ThingRowAhead);
    expect(drift.join('\n')).toContain('ADD "name" text NOT NULL');
    expect(drift.join('\n')).toContain('things_name_idx');
    expect(await driftOf(ThingRow)).toEqual([]);
  });

  it('finds a column and a constraint that differ', async () => {
    await migrate(CreateThings1700000000000);
    await query(urls.migrate, 'ALTER TABLE quota.things DROP CONSTRAINT things_size_check, ALTER size TYPE int');
    const drift = (await driftOf(ThingRow)).join('\n');
    expect(drift).toContain('things_size_check');
    expect(drift).toContain('bigint');
  });
});
