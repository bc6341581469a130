import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { livingProcesses } from '../test/living-processes.ts';
import { freePort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import type { RunningPostgres } from './postgres.ts';

let directory: string;
let path: string | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-postgres-')); // closed to all other users
  path = process.env['PATH'];
});
afterEach(async () => {
  process.env['PATH'] = path;
  await rm(directory, { recursive: true });
});

async function start(): Promise<RunningPostgres> {
  const { signal } = new AbortController();
  return startPostgres({ directory, port: await freePort(), durable: false, signal });
}

async function ask<Row extends object>({ adminUrl }: RunningPostgres, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Programs of these names are not of use to the process from here on. */
async function disable(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(directory, name), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  process.env['PATH'] = `${directory}:${path ?? ''}`;
}

it('sorts and folds Unicode the same everywhere, listens to this machine alone and asks for a password', async () => {
  const server = await start();
  try {
    const text = "SELECT upper('straße é') AS upper, 'a' < 'B' AS folded, current_setting('TimeZone') AS zone";
    expect(await ask(server, text)).toEqual([{ upper: 'STRAßE É', folded: false, zone: 'UTC' }]);
    expect(await ask(server, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const guessed = server.adminUrl.replace(/:[^:@]+@/, ':guessed@');
    await expect(ask({ ...server, adminUrl: guessed }, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    const secret = join(directory, 'superuser-password');
    expect((await stat(secret)).mode & 0o077).toBe(0);
    expect(server.adminUrl).toContain(await readFile(secret, 'utf8'));
  } finally {
    await server.stop();
  }
  expect(await livingProcesses(directory)).toEqual([]);

  await writeFile(join(directory, 'data', 'PG_VERSION'), '15\n');
  await expect(start()).rejects.toThrow(
    /belong to PostgreSQL 15, not 18\. Dump them .* or remove it to begin empty\.$/,
  );
});

const whenRoot = process.getuid?.() === 0 ? it : it.skip; // others run it as they are

whenRoot(
  'runs as nobody where root cannot make a user namespace, and keeps its data there',
  async () => {
    await disable('unshare');
    const server = await start();
    await ask(server, "CREATE TABLE kept AS SELECT 'row' AS what");
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe('65534');
    await server.stop();
    const again = await start();
    const [{ data_directory: data } = { data_directory: '' }] = await ask<{ data_directory: string }>(
      again,
      'SHOW data_directory',
    );
    try {
      expect(await ask(again, 'SELECT what FROM kept')).toEqual([{ what: 'row' }]);
    } finally {
      await again.stop();
    }
    expect(data).toMatch(/^\/var\/tmp\/imago-postgres-\w+\/data$/);
    await rm(join(data, '..'), { recursive: true });
  },
  60_000,
);

whenRoot(
  'says what to do where root can change the user in no way',
  async () => {
    await disable('unshare', 'setpriv');
    await expect(start()).rejects.toThrow(
      /can neither make a user namespace nor change the user\. Run the command as a plain user, or set IMAGO_POSTGRES_URL/,
    );
  },
  30_000,
);
