import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shareInfrastructure } from './shared-infrastructure.ts';
import { testEnvironment } from './test-environment.ts';
import type { TestEnvironment } from './test-environment.ts';

let one: TestEnvironment;
let other: TestEnvironment<'postgres' | 'rabbitmq' | 's3'>;

beforeAll(async () => {
  one = await testEnvironment({ postgres: true, rabbitmq: true, s3: true, qemu: true });
  other = await testEnvironment({ postgres: true, rabbitmq: true, s3: true });
});
afterAll(async () => {
  await one.close();
  await other.close();
});

function databaseUrl({ postgres }: Pick<TestEnvironment, 'postgres'>): string {
  const url = new URL(postgres.adminUrl);
  url.pathname = `/${postgres.database}`;
  return url.href;
}

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Names of what is on the shared servers. */
async function everything({ postgres, rabbitmq, s3 }: typeof other): Promise<string[]> {
  const databases = await query<{ datname: string }>(postgres.adminUrl, 'SELECT datname FROM pg_database');
  const { origin, username, password } = new URL(rabbitmq.managementUrl);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const vhosts = await fetch(`${origin}/api/vhosts`, { headers: { authorization } });
  const buckets = await fetch(`${s3.endpoint}/${s3.bucket}`).then((response) => response.text());
  const names = ((await vhosts.json()) as { name: string }[]).map(({ name }) => name);
  return [...databases.map(({ datname }) => datname), ...names, buckets];
}

describe('a suite', () => {
  it('has an empty database, virtual host and bucket that no other suite has', async () => {
    await query(databaseUrl(one), 'CREATE TABLE things ()');
    await query(databaseUrl(other), 'CREATE TABLE things ()');
    expect(other.rabbitmq.vhost).not.toBe(one.rabbitmq.vhost);
    expect(new URL(one.rabbitmq.amqpUrl).pathname).toBe(`/${one.rabbitmq.vhost}`);
    expect(other.s3.bucket).not.toBe(one.s3.bucket);
    expect(other.s3.access_key).not.toBe(one.s3.access_key);
  });

  it('gets what it asked for and nothing else', async () => {
    const few = await testEnvironment({ qemu: true });
    expect(Object.keys(few).sort()).toEqual(['close', 'qemu']);
    // @ts-expect-error -- the type knows it as well
    expect(few.postgres).toBeUndefined();
    const { stdout } = await promisify(execFile)(few.qemu.qemuImg, ['--version']);
    expect(stdout).toMatch(/^qemu-img version/);
    await few.close();
  });

  it('leaves nothing on the servers when it closes, though it is still connected', async () => {
    const closing = await testEnvironment({ postgres: true, rabbitmq: true, s3: true });
    const client = new pg.Client({ connectionString: databaseUrl(closing) });
    const ended = new Promise((done) => client.on('error', done));
    await client.connect();
    const { database } = closing.postgres;
    expect(await everything(closing)).toEqual(expect.arrayContaining([database, closing.rabbitmq.vhost]));
    await closing.close();
    await closing.close();
    await ended;
    const left = await everything(closing);
    expect(left).not.toContain(database);
    expect(left).not.toContain(closing.rabbitmq.vhost);
    const { infrastructure, release } = await shareInfrastructure();
    await infrastructure.s3.createBucket(closing.s3.bucket); // it was gone
    await infrastructure.s3.deleteBucket(closing.s3.bucket);
    release();
  });

  it('may make its database by itself', async () => {
    const provision = async (adminUrl: string, database: string): Promise<void> => {
      await query(adminUrl, `CREATE DATABASE ${database}`);
      await query(databaseUrl({ postgres: { adminUrl, database } }), "CREATE TABLE made AS SELECT 'by itself' AS how");
    };
    const provisioned = await testEnvironment({ postgres: true, provision });
    expect(await query(databaseUrl(provisioned), 'SELECT how FROM made')).toEqual([{ how: 'by itself' }]);
    await provisioned.close();
  });

  it('that cannot be made leaves nothing behind and says why', async () => {
    let name = '';
    const provision = async (adminUrl: string, database: string): Promise<void> => {
      name = database;
      await query(adminUrl, `CREATE DATABASE ${database}`);
      throw new Error('its schema is wrong');
    };
    const attempt = testEnvironment({ postgres: true, rabbitmq: true, s3: true, provision });
    await expect(attempt).rejects.toThrow('its schema is wrong');
    expect(name).not.toBe('');
    expect((await everything(other)).filter((found) => found.includes(name.replace('test_', '')))).toEqual([]);
  });
});
