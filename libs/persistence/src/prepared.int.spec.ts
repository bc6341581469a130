import { testEnvironment, type TestEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { provision, query, urlsOf } from '../test/database.ts';
import { KEPT_STATEMENTS, prepared } from './prepared.ts';
import { serviceDataSource } from './index.ts';

let environment: TestEnvironment<'postgres'>;
let dataSource: DataSource;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, provision });
  const urls = urlsOf(environment.postgres, 'quota');
  await query(urls.migrate, 'CREATE TABLE quota.kept (id int PRIMARY KEY)');
  dataSource = serviceDataSource({ service: 'quota', url: urls.run });
  await dataSource.initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await environment.close();
});
beforeEach(() => query(urlsOf(environment.postgres, 'quota').migrate, 'TRUNCATE quota.kept'));

const INSERT = prepared('INSERT INTO quota.kept (id) VALUES ($1)');
const KEPT = `SELECT statement, (generic_plans + custom_plans)::int AS calls FROM pg_prepared_statements`;

/** What is done on one connection. */
async function onOne(work: (ask: (text: string, values?: unknown[]) => Promise<unknown>) => Promise<void>) {
  const runner = dataSource.createQueryRunner();
  try {
    await work((text, values) => runner.query(text, values));
  } finally {
    await runner.release();
  }
}

describe('a prepared statement', () => {
  it('is parsed once on a connection and answers as any other', async () => {
    const statement = prepared('SELECT $1::int + 1 AS next');
    await onOne(async (ask) => {
      for (const n of [1, 2, 3]) expect(await ask(statement, [n])).toEqual([{ next: n + 1 }]);
      expect(await ask(KEPT)).toContainEqual({ statement, calls: 3 });
    });
  });

  it('is there after a transaction in which it failed', async () => {
    await onOne(async (ask) => {
      for (const id of [1, 2]) {
        await ask('BEGIN');
        await ask(INSERT, [id]);
        await expect(ask(INSERT, [id])).rejects.toThrow('kept_pkey');
        await ask('ROLLBACK');
      }
      await ask(INSERT, [1]);
    });
    expect(await dataSource.query('SELECT id FROM quota.kept')).toEqual([{ id: 1 }]);
  });

  it('makes room for others, however many there are, also while a transaction is failing', async () => {
    const statements = Array.from({ length: 2 * KEPT_STATEMENTS }, (_, n) => prepared(`SELECT $1::int + ${n} AS sum`));
    await onOne(async (ask) => {
      await ask('BEGIN');
      for (const statement of statements) await ask(statement, [1]);
      await expect(ask(prepared('SELECT 1 / $1::int AS none'), [0])).rejects.toThrow('division by zero');
      await expect(ask(prepared('SELECT $1::int AS late'), [1])).rejects.toThrow('aborted');
      await ask('ROLLBACK');
      await ask('BEGIN'); // which a statement that was never parsed does not end when it is forgotten
      for (const [n, statement] of statements.entries()) expect(await ask(statement, [1])).toEqual([{ sum: 1 + n }]);
      await ask('COMMIT');
      const kept = (await ask(KEPT)) as unknown[];
      expect(kept.length).toBeLessThanOrEqual(KEPT_STATEMENTS + 1); // one was forgotten in vain
    });
  });

  it('stays right when its table gets another column', async () => {
    const statement = prepared('SELECT id FROM quota.kept WHERE id = $1');
    await onOne(async (ask) => {
      await ask(INSERT, [7]);
      expect(await ask(statement, [7])).toEqual([{ id: 7 }]);
      await query(urlsOf(environment.postgres, 'quota').migrate, 'ALTER TABLE quota.kept ADD COLUMN more text');
      expect(await ask(statement, [7])).toEqual([{ id: 7 }]);
    });
  });
});
