import { migratingUrl } from './config.ts';
import type { MigrationClass } from './data-source.ts';
import { runMigrations } from './migrations.ts';

/**
 * The whole `migrate` program of a service: brings its schema up to date, says on one line what it did, and ends with
 * code 1 and the reason when it could not. The only program that is given the migrating role.
 */
export async function migrateProgram(service: string, migrations: MigrationClass[]): Promise<void> {
  try {
    const done = await runMigrations({ service, url: migratingUrl(), migrations });
    process.stdout.write(`${service}: ${done.length === 0 ? 'nothing to migrate' : done.join(', ')}\n`);
  } catch (error) {
    process.stderr.write(`${service} was not migrated: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
