import { provisionCluster, provisionDatabase } from '../provision.ts';
import { type ClusterPasswords, databaseUrls, PERSISTENT_SERVICES, type PersistentService } from '../roles.ts';

/** Login roles are of the whole cluster, so every suite gives them the same passwords. */
export const PASSWORD = { run: 'imago-test', migrate: 'imago-test' };
/** {@link PASSWORD} for every service. */
export const PASSWORDS = Object.fromEntries(
  PERSISTENT_SERVICES.map((service) => [service, PASSWORD]),
) as ClusterPasswords;

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

/** The superuser's URL of this suite's database, for what no service may do. */
export function superuserUrl({ adminUrl, database }: { adminUrl: string; database: string }): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}
