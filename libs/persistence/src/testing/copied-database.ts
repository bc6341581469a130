import { createHash } from 'node:crypto';
import pg from 'pg';
import { grantDatabase } from '../provision.ts';

/** Makes a database of this name. `adminUrl` is the superuser's. */
export type MakeDatabase = (adminUrl: string, database: string) => Promise<void>;

/**
 * Makes databases that are all alike: the first one of a test run as it is told, and each suite's as a copy of that, in a
 * tenth of the time. `kind` names what is in it; two things of the same kind must be the same.
 */
export function copiedDatabase(kind: string, make: MakeDatabase): MakeDatabase {
  return async (adminUrl, database) => {
    const original = await originalOf(kind, { adminUrl, make });
    await asAdmin(adminUrl, (client) => client.query(`CREATE DATABASE ${database} TEMPLATE ${original}`));
    await grantDatabase(adminUrl, database); // belongs to a database's name, so a copy has not got it
  };
}

/** Its workers are children of one process: what another run left on the same server may be of other migrations. */
const RUN = process.ppid;

/** Made by the first suite that wants it, while others wait; has its name only when it is whole. */
async function originalOf(
  kind: string,
  { adminUrl, make }: { readonly adminUrl: string; readonly make: MakeDatabase },
): Promise<string> {
  const name = `original_${RUN}_${createHash('sha256').update(kind).digest('hex').slice(0, 16)}`;
  await asAdmin(adminUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount !== 0) return;
    const unfinished = `${name}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await make(adminUrl, unfinished);
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
  });
  return name;
}

async function asAdmin(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'imago-testing' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end(); // ends the session and with it the lock
  }
}
