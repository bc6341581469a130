import { Logger } from '@nestjs/common';
import { DataSource, type EntitySchema, type MigrationInterface, type MixedList } from 'typeorm';
import { PreparingClient } from './prepared.ts';

/** What a data source needs to know; a class per entity and per migration. */
export interface ServiceDataSourceOptions {
  readonly service: string;
  readonly url: string;
  readonly entities?: MixedList<EntityClass | EntitySchema>;
  readonly migrations?: MigrationClass[];
  /** A migration may take as long as it needs: statements are not timed. Locks are, or it would hold everybody up. */
  readonly migrating?: boolean;
}

/** TypeORM takes an entity as its class; it has no narrower name for it. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
type EntityClass = Function;
export type MigrationClass = new () => MigrationInterface;

/** Six services with five connections each stay far below Postgres's default of 100. */
const POOL_SIZE = 5;

/** Milliseconds. Every wait for a lock or a connection ends by itself. */
const TIMEOUTS = {
  connectionTimeoutMillis: 10_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 60_000,
} as const;

/** Milliseconds. So does every statement of a running service. */
const STATEMENT_TIMEOUTS = {
  statement_timeout: 30_000,
  query_timeout: 40_000, // also when the server is gone and the socket half open
} as const;

/**
 * The data source of one service: everything it makes or reads is in the schema of its own name. Not connected yet;
 * `initialize()` connects and fails at once when Postgres is not there. A later restart of Postgres breaks the
 * statements under way, never the process.
 */
export function serviceDataSource(options: ServiceDataSourceOptions): DataSource {
  const logger = new Logger('Postgres');
  return new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.service,
    entities: options.entities ?? [],
    migrations: options.migrations ?? [],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    applicationName: `imago-${options.service}`,
    // Without a listener the 'error' event of an idle connection (Postgres stopped) ends the process.
    poolErrorHandler: (error: Error) => {
      logger.warn(`an idle connection was lost: ${error.message}`);
    },
    extra: {
      max: POOL_SIZE,
      Client: PreparingClient,
      keepAlive: true,
      options: `-c search_path=${options.service}`,
      ...TIMEOUTS,
      ...(options.migrating === true ? {} : STATEMENT_TIMEOUTS),
    },
  });
}
