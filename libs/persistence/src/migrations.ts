import { serviceDataSource, type MigrationClass } from './data-source.ts';

export interface MigrateOptions {
  readonly service: string;
  /** The migrating role's URL. */
  readonly url: string;
  readonly migrations: MigrationClass[];
}

/**
 * Brings a service's schema up to date and says which migrations ran. Each runs in its own transaction. Two runs at
 * the same time wait for each other: the advisory lock is held on a session of its own.
 */
export async function runMigrations(options: MigrateOptions): Promise<readonly string[]> {
  const dataSource = serviceDataSource({ ...options, migrating: true });
  await dataSource.initialize();
  const guard = dataSource.createQueryRunner();
  try {
    await guard.query('SET lock_timeout = 0');
    await guard.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`imago.migrate.${options.service}`]);
    const done = await dataSource.runMigrations();
    return done.map((migration) => migration.name);
  } finally {
    await guard.release();
    await dataSource.destroy();
  }
}
