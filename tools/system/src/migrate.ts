import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { declareTopology } from '@imago/messaging';
import {
  type ClusterPasswords,
  databaseUrls,
  PERSISTENT_SERVICES,
  provisionCluster,
  provisionDatabase,
} from '@imago/persistence';
import { builtEntry, COMPILE_CACHE, MIGRATE_SERVICES } from './entries.ts';

export interface MigrateStepOptions {
  /** URL of the superuser in the database `postgres`. */
  readonly postgresAdminUrl: string;
  readonly database: string;
  readonly passwords: ClusterPasswords;
  readonly amqpUrl: string;
  /** Milliseconds fresh queues are given; see `declareTopology`. */
  readonly settleMilliseconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Everything that must be there before a service starts: roles, database, schemas, migrations, and every exchange
 * and queue of every service. Idempotent, and the only step that holds the migrating roles.
 * @throws Error with the output of the migration that failed.
 */
export async function migrateStep(options: MigrateStepOptions): Promise<void> {
  const topology = declareTopology(
    options.amqpUrl,
    options.settleMilliseconds === undefined ? {} : { settle_ms: options.settleMilliseconds },
  );
  await provisionCluster(options.postgresAdminUrl, options.passwords);
  await provisionDatabase(options.postgresAdminUrl, options.database);
  await Promise.all([topology, migrateServices(options)]);
}

async function migrateServices(options: MigrateStepOptions): Promise<void> {
  const { postgresAdminUrl, database, passwords, signal } = options;
  const programs = PERSISTENT_SERVICES.map((service) => ({
    entry: builtEntry(service, 'migrate'),
    url: databaseUrls(postgresAdminUrl, database, service, passwords[service]).migrate,
  }));
  const child = spawn(process.execPath, [MIGRATE_SERVICES], {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
  });
  child.stdin.on('error', () => undefined); // it may end without reading
  child.stdin.end(JSON.stringify(programs));
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The migration failed:\n${output.join('')}`);
}
