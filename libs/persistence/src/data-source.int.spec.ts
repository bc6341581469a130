import { eventually, testEnvironment, type TestEnvironment } from '@imago/testing';
import { Column, type DataSource, Entity, PrimaryColumn } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provision, query, urlsOf } from '../test/database.ts';
import { bigintText, serviceDataSource } from './index.ts';

@Entity({ schema: 'quota', name: 'sums' })
class SumRow {
  @PrimaryColumn('int') id!: number;
  @Column('bigint', { transformer: bigintText, nullable: true }) bytes!: bigint | null;
}

let environment: TestEnvironment<'postgres'>;
let dataSource: DataSource;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, provision });
  const urls = urlsOf(environment.postgres, 'quota');
  await query(urls.migrate, 'CREATE TABLE quota.sums (id int PRIMARY KEY, bytes bigint)');
  dataSource = serviceDataSource({ service: 'quota', url: urls.run, entities: [SumRow] });
  await dataSource.initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await environment.close();
});

describe('the data source of a service', () => {
  it('keeps byte counts exact beyond 2^53, and null', async () => {
    const rows = dataSource.getRepository(SumRow);
    const largest = 2n ** 63n - 1n;
    await rows.insert([
      { id: 1, bytes: largest },
      { id: 2, bytes: null },
    ]);
    expect(await rows.find({ order: { id: 'ASC' } })).toEqual([
      { id: 1, bytes: largest },
      { id: 2, bytes: null },
    ]);
    expect(await rows.findOneBy({ bytes: largest })).toMatchObject({ id: 1 });
  });

  it('survives that the server ends its connections, as in a restart', async () => {
    await Promise.all([1, 2, 3].map(() => dataSource.query('SELECT pg_sleep(0.05)')));
    await query(
      environment.postgres.adminUrl,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${environment.postgres.database}'`,
    );
    // A statement may still be given to a connection whose end has not been heard of yet.
    await eventually(async () => {
      expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
  });

  it('refuses to start without its database', async () => {
    const away = serviceDataSource({ service: 'quota', url: 'postgresql://u:p@127.0.0.1:1/d' });
    await expect(away.initialize()).rejects.toThrow('ECONNREFUSED');
  });
});
