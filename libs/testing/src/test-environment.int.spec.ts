import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testEnvironment } from './test-environment.ts';
import type { TestEnvironment } from './test-environment.ts';
import pg from 'pg';

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, rabbitmq: true, s3: true, qemu: true });
}, 300_000);
afterAll(() => environment.close());

it('gives a suite a database of its own', async () => {
  const url = new URL(environment.postgres.adminUrl);
  url.pathname = environment.postgres.database;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  await client.end();
  expect(rows).toEqual([{ name: environment.postgres.database }]);
});
