import pg from 'pg';
import { migratingRole, PERSISTENT_SERVICES, runtimeRole, type ClusterPasswords } from './roles.ts';

/** Serialises provisioning on one cluster: test suites and replicas provision at the same time. */
const PROVISION_LOCK = 'imago.provision';

/**
 * Makes the login roles of every service, once per cluster; run again it sets the passwords again. `adminUrl` must
 * always name the same database, because Postgres's advisory locks are per database. Errors: those of Postgres.
 */
export async function provisionCluster(adminUrl: string, passwords: ClusterPasswords): Promise<void> {
  await withAdmin(adminUrl, async (client) => {
    for (const service of PERSISTENT_SERVICES) {
      await ensureRole(client, runtimeRole(service), passwords[service].run);
      await ensureRole(client, migratingRole(service), passwords[service].migrate);
    }
  });
}

/**
 * Makes a database with one schema per service: the migrating role owns it, the running role gets rows only, nobody
 * else gets anything. Idempotent. Needs {@link provisionCluster} first.
 */
export async function provisionDatabase(adminUrl: string, database: string): Promise<void> {
  await withAdmin(adminUrl, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  });
  await grantDatabase(adminUrl, database);
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  await withAdmin(url.href, async (client) => {
    await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    for (const service of PERSISTENT_SERVICES) await provisionSchema(client, service);
  });
}

/** Gives each service its way into a database, and nobody else. What belongs to the database's name, not to what is in it. */
export async function grantDatabase(adminUrl: string, database: string): Promise<void> {
  await withAdmin(adminUrl, async (client) => {
    const name = client.escapeIdentifier(database);
    const statements = PERSISTENT_SERVICES.flatMap((service) => {
      const schema = client.escapeIdentifier(service);
      const roles = [runtimeRole(service), migratingRole(service)].map((role) => client.escapeIdentifier(role));
      return [
        `GRANT CONNECT ON DATABASE ${name} TO ${roles.join(', ')}`,
        ...roles.map((role) => `ALTER ROLE ${role} IN DATABASE ${name} SET search_path = ${schema}`),
      ];
    });
    await client.query([`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`, ...statements].join('; '));
  });
}

/** Removes a database and everything in it, also under open connections. For tests and for starting over. */
export async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  await withAdmin(adminUrl, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(database)} WITH (FORCE)`);
  });
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const name = client.escapeIdentifier(role);
  const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION';
  const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = found.rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(`${verb} ROLE ${name} ${rights} PASSWORD ${client.escapeLiteral(password)}`);
}

async function provisionSchema(client: pg.Client, service: string): Promise<void> {
  const schema = client.escapeIdentifier(service);
  const run = client.escapeIdentifier(runtimeRole(service));
  const migrate = client.escapeIdentifier(migratingRole(service));
  const defaults = `ALTER DEFAULT PRIVILEGES FOR ROLE ${migrate} IN SCHEMA ${schema} GRANT`;
  for (const statement of [
    `CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${migrate}`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${run}`,
    `${defaults} SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${run}`,
    `${defaults} USAGE, SELECT ON SEQUENCES TO ${run}`,
    `${defaults} EXECUTE ON FUNCTIONS TO ${run}`,
  ]) {
    await client.query(statement);
  }
}

async function withAdmin(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'imago-provision' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [PROVISION_LOCK]);
    await work(client);
  } finally {
    await client.end(); // ends the session and with it the lock
  }
}
