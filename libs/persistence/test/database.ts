import pg from 'pg';
import {
  type ClusterPasswords,
  databaseUrls,
  type DatabaseUrls,
  PERSISTENT_SERVICES,
  type PersistentService,
  provisionCluster,
  provisionDatabase,
} from '../src/index.ts';

/** Login roles are of the whole cluster, so every suite gives them the same passwords. */
const PASSWORD = { run: 'imago-test', migrate: 'imago-test' };
const PASSWORDS = Object.fromEntries(PERSISTENT_SERVICES.map((service) => [service, PASSWORD])) as ClusterPasswords;

export async function provision(adminUrl: string, database: string): Promise<void> {
  await provisionCluster(adminUrl, PASSWORDS);
  await provisionDatabase(adminUrl, database);
}

/** The URLs of a service's two roles in a suite's database. */
export function urlsOf(postgres: { adminUrl: string; database: string }, service: PersistentService): DatabaseUrls {
  return databaseUrls(postgres.adminUrl, postgres.database, service, PASSWORD);
}

/** Runs one statement in a session of its own. */
export async function query<R extends pg.QueryResultRow>(url: string, statement: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(statement)).rows;
  } finally {
    await client.end();
  }
}
