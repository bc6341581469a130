import { eventually } from '@imago/testing';
import pg from 'pg';

/** Any number no service uses for its own advisory locks. */
const KEY = 7_340_120;

/**
 * Stops a service inside one of its own transactions: a trigger waits for a lock that the test holds, so that the
 * test can kill the process at exactly that line. Nothing of the service knows of it.
 */
export class DatabaseGate {
  readonly #holder: pg.Client;

  private constructor(holder: pg.Client) {
    this.#holder = holder;
  }

  /** @param condition of a row trigger on `table`, over OLD and NEW. */
  static async close(databaseUrl: string, table: string, condition: string): Promise<DatabaseGate> {
    const holder = new pg.Client({ connectionString: databaseUrl });
    await holder.connect();
    await holder.query(`SELECT pg_advisory_lock(${KEY})`);
    await holder.query(`CREATE OR REPLACE FUNCTION public.imago_test_gate() RETURNS trigger LANGUAGE plpgsql
      SECURITY DEFINER AS $$ BEGIN PERFORM pg_advisory_xact_lock(${KEY}); RETURN NULL; END $$`);
    await holder.query('GRANT USAGE ON SCHEMA public TO PUBLIC');
    await holder.query(`CREATE OR REPLACE TRIGGER imago_test_gate AFTER UPDATE ON ${table}
      FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION public.imago_test_gate()`);
    holder.on('error', () => undefined);
    return new DatabaseGate(holder);
  }

  /** Returns when a transaction waits at the gate. */
  async reached(): Promise<void> {
    await eventually(async () => {
      const { rowCount } = await this.#holder.query(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${KEY} AND NOT granted`,
      );
      if (rowCount === 0) throw new Error('nobody waits at the gate');
    });
  }

  /** Lets everything through again. */
  async open(table: string): Promise<void> {
    // The waiting transaction holds a lock on the table that dropping its trigger needs, so the lock goes first.
    await this.#holder.query(`SELECT pg_advisory_unlock(${KEY})`);
    await this.#holder.query(`DROP TRIGGER imago_test_gate ON ${table}`);
    await this.#holder.end();
  }
}

/** Keeps a service's relay from leading, so that what it commits stays unpublished until `release`. */
export async function holdRelay(databaseUrl: string, service: string): Promise<{ release(): Promise<void> }> {
  const holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`imago.relay.${service}`]);
  return { release: () => holder.end() };
}
