import {
  type ClusterPasswords,
  databaseUrls,
  type PersistentService,
  PERSISTENT_SERVICES,
  provisionCluster,
  provisionDatabase,
} from '@imago/persistence';

/** Login roles are of the whole cluster, so every suite gives them the same passwords. */
const PASSWORD = { run: 'imago-test', migrate: 'imago-test' };
const PASSWORDS = Object.fromEntries(PERSISTENT_SERVICES.map((service) => [service, PASSWORD])) as ClusterPasswords;

/** The roles and schemas every suite begins with. */
export async function provision(adminUrl: string, database: string): Promise<void> {
  await provisionCluster(adminUrl, PASSWORDS);
  await provisionDatabase(adminUrl, database);
}

/** A role's URL of this suite's database. */
export function databaseUrl(
  postgres: { adminUrl: string; database: string },
  service: PersistentService,
  kind: 'run' | 'migrate',
): string {
  return databaseUrls(postgres.adminUrl, postgres.database, service, PASSWORD)[kind];
}
