import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import type { BenchInstallation } from '../import/installation.ts';
import { BareClient } from './client.ts';

const QUEUE = 'bench.bare';

/**
 * The limit the API is held against: the same rows by the same road, HTTP to one process, the broker, another process,
 * Postgres and back, with nothing on the way that looks at them. No Imago on these servers could cost less.
 */
export class BareWay {
  readonly #client: BareClient;
  readonly #children: readonly ChildProcess[];
  readonly #database: Client;
  readonly #columns: string;

  private constructor(
    client: BareClient,
    children: readonly ChildProcess[],
    { database, columns }: { readonly database: Client; readonly columns: string },
  ) {
    this.#client = client;
    this.#children = children;
    this.#database = database;
    this.#columns = columns;
  }

  static async open({ amqpUrl, postgresUrl, user }: BenchInstallation): Promise<BareWay> {
    const database = new Client({ connectionString: postgresUrl });
    await database.connect();
    const columns = await makeTables(database);
    const rows = child('rows.ts', [amqpUrl, QUEUE, postgresUrl, user.project_id, columns]);
    await once(rows, 'message');
    const door = child('door.ts', [amqpUrl, QUEUE]);
    const [port] = (await once(door, 'message')) as [number];
    return new BareWay(new BareClient(`http://127.0.0.1:${port}`, ''), [rows, door], { database, columns });
  }

  /** Images that are to be updated are copied. */
  async keep(paths: readonly string[]): Promise<void> {
    const ids = paths.filter((path) => path.startsWith('/update/')).map((path) => path.slice('/update/'.length));
    await this.#database.query(
      `INSERT INTO bare.images (${this.#columns}) SELECT ${this.#columns} FROM catalog.images WHERE id = ANY ($1)
       ON CONFLICT DO NOTHING`,
      [ids],
    );
    await this.#database.query('VACUUM (ANALYZE) bare.images');
  }

  /** @param path `/rows/N`, or `/row`, `/insert`, `/update` and an image that is there. */
  async send(path: string): Promise<void> {
    const text = await this.#client.send({ method: 'GET', path, status: 200 });
    if (text === '[]') throw new Error(`${path} has no rows`);
  }

  async close(): Promise<void> {
    this.#client.close();
    for (const one of this.#children) one.kill('SIGKILL');
    await this.#database.end();
  }
}

/** Tables of their own for what is written, without the indexes of images. Answers the columns of an image. */
async function makeTables(database: Client): Promise<string> {
  await database.query(`CREATE SCHEMA bare
    CREATE TABLE images (LIKE catalog.images INCLUDING DEFAULTS, PRIMARY KEY (id))
    CREATE TABLE events (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, envelope text NOT NULL)`);
  const { rows } = await database.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = 'catalog' AND table_name = 'images' AND column_name <> 'terms' ORDER BY ordinal_position`,
  );
  return rows.map(({ name }) => name).join(', ');
}

function child(file: string, args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, 'bare', file), args);
}
