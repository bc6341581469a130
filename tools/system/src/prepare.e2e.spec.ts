import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ClusterPasswords, PERSISTENT_SERVICES } from '@imago/persistence';
import { EXHAUSTIVE, testEnvironment, type TestEnvironment } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtEntry } from './entries.ts';
import { newInstallation } from './installation.ts';
import { ServiceProcess } from './service-process.ts';

const PROGRAM = join(import.meta.dirname, '../dist/prepare.main.js');
/** Login roles are of the whole cluster, so every suite gives them the same passwords. */
const PASSWORD = { run: 'imago-test', migrate: 'imago-test' };

const PUBLIC_ENDPOINT = 'https://s3.example.org';

describe('the preparing program', () => {
  let env: TestEnvironment<'postgres' | 'rabbitmq' | 's3'>;
  let directory: string;

  const prepare = async (settings: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { adminUrl, database } = env.postgres;
    const { endpoint, region, access_key, secret_key } = env.s3.administration;
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], {
      env: {
        PATH: process.env['PATH'],
        INSTALLATION_DIRECTORY: directory,
        POSTGRES_ADMIN_URL: adminUrl,
        DATABASE: database,
        AMQP_URL: env.rabbitmq.amqpUrl,
        S3_ENDPOINT: endpoint,
        S3_PUBLIC_ENDPOINT: PUBLIC_ENDPOINT,
        S3_REGION: region,
        S3_ACCESS_KEY: access_key,
        S3_SECRET_KEY: secret_key,
        S3_EMBEDDED: 'true',
        ...settings,
      },
    });
    return stdout;
  };

  beforeAll(async () => {
    env = await testEnvironment({ postgres: true, rabbitmq: true, s3: true });
    directory = await mkdtemp(join(tmpdir(), 'imago-prepare-'));
    const passwords = Object.fromEntries(PERSISTENT_SERVICES.map((name) => [name, PASSWORD])) as ClusterPasswords;
    const installation = { ...newInstallation(), database_passwords: passwords };
    await writeFile(join(directory, 'installation.json'), JSON.stringify(installation));
  });

  afterAll(async () => {
    const { users } = JSON.parse(await readFile(join(directory, 'installation.json'), 'utf8')) as { users: User[] };
    const buckets = ['imago-region-1', 'imago-region-2', ...users.map(({ s3 }) => s3.bucket)];
    for (const bucket of buckets) await env.s3.administration.deleteBucket(bucket);
    await rm(directory, { recursive: true });
    await env.close();
  });

  it('leaves everything a service needs, in files its owner alone can read', EXHAUSTIVE, async () => {
    await prepare();
    const service = new ServiceProcess({
      name: 'catalog',
      entry: builtEntry('catalog', 'main'),
      environment: {
        AMQP_URL: env.rabbitmq.amqpUrl,
        IMAGO_CONTEXT_KEY_FILE: join(directory, 'context_key'),
        IMAGO_REGIONS_FILE: join(directory, 'regions.json'),
        DATABASE_URL_FILE: join(directory, 'catalog_database_url'),
      },
      directory: join(directory, 'services'),
      restart: false,
    });
    await service.start();
    const ready = await fetch(`http://127.0.0.1:${service.port}/health/ready`);
    expect(ready.status).toBe(200);
    await service.stop();
    const regions = JSON.parse(await readFile(join(directory, 'regions.json'), 'utf8')) as { s3: object }[];
    const s3 = { endpoint: env.s3.administration.endpoint, public_endpoint: PUBLIC_ENDPOINT };
    expect(regions).toMatchObject([{ s3 }, { s3 }]);
    for (const name of await secretFiles(directory)) expect((await stat(name)).mode & 0o077).toBe(0);
  });

  it('changes nothing when it runs again', EXHAUSTIVE, async () => {
    const before = await contents(directory);
    await prepare();
    const after = await contents(directory);
    after.delete('users.json'); // its password hashes are salted anew
    before.delete('users.json');
    expect(after).toEqual(before);
  });

  it('names what is missing in its environment, and does nothing', async () => {
    await expect(prepare({ POSTGRES_ADMIN_URL: '', S3_ENDPOINT: 'nowhere' })).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/POSTGRES_ADMIN_URL[^]*S3_ENDPOINT|S3_ENDPOINT[^]*POSTGRES_ADMIN_URL/) as unknown,
    });
  });
});

interface User {
  readonly s3: { readonly bucket: string };
}

async function secretFiles(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => name !== 'services' && name !== 'installation.json');
  return names.map((name) => join(directory, name));
}

async function contents(directory: string): Promise<Map<string, string>> {
  const files = await secretFiles(directory);
  return new Map(
    await Promise.all(
      files.map(async (file) => [file.slice(directory.length + 1), await readFile(file, 'utf8')] as const),
    ),
  );
}
