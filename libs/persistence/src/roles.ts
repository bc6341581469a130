import { SERVICES, type Service } from '@imago/contracts';

/** A service that keeps state. The gateway owns no schema. */
export type PersistentService = Exclude<Service, 'gateway'>;

/** The services that get a schema and two roles. */
export const PERSISTENT_SERVICES: readonly PersistentService[] = SERVICES.filter((name) => name !== 'gateway');

/** The passwords of a service's two roles. */
export interface RolePasswords {
  /** Of `imago_<service>`, which may only read and write rows of its own schema. */
  readonly run: string;
  /** Of `imago_<service>_migrator`, which owns the schema. */
  readonly migrate: string;
}

export type ClusterPasswords = Readonly<Record<PersistentService, RolePasswords>>;

/** The role a service runs as. */
export function runtimeRole(service: string): string {
  return `imago_${service}`;
}

/** The role that owns a service's schema and changes it. */
export function migratingRole(service: string): string {
  return `imago_${service}_migrator`;
}

export interface DatabaseUrls {
  /** For `DATABASE_URL`. */
  readonly run: string;
  /** For `MIGRATE_DATABASE_URL`; only the migrate step gets it. */
  readonly migrate: string;
}

/** The two URLs of one service on the server of `adminUrl`. */
export function databaseUrls(
  adminUrl: string,
  database: string,
  service: PersistentService,
  passwords: RolePasswords,
): DatabaseUrls {
  const as = (role: string, password: string): string => {
    const url = new URL(adminUrl);
    url.pathname = `/${database}`;
    url.username = role;
    url.password = encodeURIComponent(password);
    return url.href;
  };
  return {
    run: as(runtimeRole(service), passwords.run),
    migrate: as(migratingRole(service), passwords.migrate),
  };
}
