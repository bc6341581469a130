import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { ACTIVITY_ENTITIES } from '../activity.module.ts';
import { ACTIVITY_MIGRATIONS } from './activity-migrations.ts';

describe('the schema of activity', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let owner: DataSource;
  let runner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'activity', 'migrate');
    owner = serviceDataSource({
      service: 'activity',
      url,
      entities: ACTIVITY_ENTITIES,
      migrations: ACTIVITY_MIGRATIONS,
    });
    runner = serviceDataSource({ service: 'activity', url: databaseUrl(environment.postgres, 'activity', 'run') });
    await Promise.all([owner.initialize(), runner.initialize()]);
  });

  afterAll(async () => {
    await runner.destroy();
    await owner.destroy();
    await environment.close();
  });

  function migrate(): Promise<readonly string[]> {
    const url = databaseUrl(environment.postgres, 'activity', 'migrate');
    return runMigrations({ service: 'activity', url, migrations: ACTIVITY_MIGRATIONS });
  }

  it('comes out of an empty database, once, also when two migrate at the same time', async () => {
    const done = await Promise.all([migrate(), migrate()]);
    expect(done.flat()).toEqual(ACTIVITY_MIGRATIONS.map((migration) => migration.name));
    expect(await migrate()).toEqual([]);
  });

  it('is what the entities say', async () => {
    expect(await schemaDrift(owner)).toEqual([]);
  });

  it('lets the service add to the log and never change or remove what is there', async () => {
    await runner.query(
      `INSERT INTO activity.log (cursor, anchor, id, source, type, dataversion, subject, aggregate, sequence,
         project_id, region, audience, correlation_id, time, envelope)
       VALUES (1, 1, gen_random_uuid(), '/imago/x', 'X', 1, 's', 's', 0, 'p', 'r', '{}', 'c', now(), '{}')`,
    );
    for (const forbidden of [
      'UPDATE activity.log SET actor = NULL',
      'DELETE FROM activity.log',
      'TRUNCATE activity.log',
      `UPDATE activity.log_viewers SET type = 'Y'`,
      'DELETE FROM activity.log_viewers',
      'TRUNCATE activity.log_viewers',
    ]) {
      await expect(runner.query(forbidden)).rejects.toThrow('permission denied');
    }
    await expect(runner.query('DROP TABLE activity.log')).rejects.toThrow('must be owner');
    expect(await runner.query('SELECT subject FROM activity.log')).toEqual([{ subject: 's' }]);
  });

  it('can be undone: nothing of its migrations stays', async () => {
    for (let left = ACTIVITY_MIGRATIONS.length; left > 0; left--) await owner.undoLastMigration();
    const left: unknown[] = await owner.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'activity'::regnamespace AND relkind IN ('r', 'p', 'S', 'v')
         AND relname NOT LIKE 'migrations%'`,
    );
    expect(left).toEqual([]);
  });
});
