import { PERSISTENT_SERVICES, type MigrationClass, type PersistentService, runMigrations } from '@imago/persistence';
import { copiedDatabase, databaseUrl, type MakeDatabase, provision } from '@imago/persistence/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createMessagingTables } from '../tables.ts';

/**
 * Databases for suites about one service, or about none: it has the tables of its migrations, and every other service those
 * of messaging, which is all that a neighbour needs. For `provision` of a test environment.
 */
export function suiteDatabase(subject?: PersistentService, migrations: MigrationClass[] = []): MakeDatabase {
  const kind = [subject ?? 'neighbours', ...migrations.map(({ name }) => name)].join(' ');
  return copiedDatabase(kind, async (adminUrl, database) => {
    await provision(adminUrl, database);
    await Promise.all(
      PERSISTENT_SERVICES.map((service) =>
        runMigrations({
          service,
          url: databaseUrl({ adminUrl, database }, service, 'migrate'),
          migrations: service === subject ? migrations : [messagingTablesOf(service)],
        }),
      ),
    );
  });
}

function messagingTablesOf(service: PersistentService): MigrationClass {
  return class CreateMessaging1764000000000 implements MigrationInterface {
    readonly name = 'CreateMessaging1764000000000';
    up(runner: QueryRunner): Promise<void> {
      return createMessagingTables(runner, service);
    }
    down(): Promise<void> {
      return Promise.reject(new Error('a neighbour is thrown away whole'));
    }
  };
}
