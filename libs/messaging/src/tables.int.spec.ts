import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { startService } from '../test/service-under-test.ts';

let messaging: MessagingUnderTest;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(() => messaging.reset());
afterAll(() => messaging.close());

/** A row as if written some days ago; `published` days ago, or not at all. */
async function oldRow(subject: string, daysAgo: number, published: number | null): Promise<void> {
  await messaging.query(
    'quota',
    `INSERT INTO outbox (id, created_at, routing_key, partition_key, envelope, published_at, available_at)
     VALUES (gen_random_uuid(), now() - make_interval(days => $2), 'quota.QuotaReserved.v1', $1, '{}',
       now() - make_interval(days => $3), 'infinity')`,
    [subject, daysAgo, published],
  );
}

/** Makes the partition of a day gone by, as that day's relay would have. */
async function partitionOf(daysAgo: number): Promise<string> {
  const [day] = await messaging.query<{ name: string; from: string; to: string }>(
    'quota',
    `SELECT to_char(day, 'YYYYMMDD') AS name, day || 'Z' AS from, (day + interval '1 day') || 'Z' AS to
     FROM (SELECT (now() AT TIME ZONE 'UTC')::date - $1::int + time '0:00' AS day) days`,
    [daysAgo],
  );
  if (day === undefined) throw new Error('no day');
  await messaging.query(
    'quota',
    `CREATE TABLE outbox_${day.name} PARTITION OF outbox FOR VALUES FROM ('${day.from}') TO ('${day.to}')`,
  );
  return `outbox_${day.name}`;
}

async function partitions(): Promise<string[]> {
  const found = await messaging.query<{ name: string }>(
    'quota',
    `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = 'quota.outbox'::regclass ORDER BY relname`,
  );
  return found.map(({ name }) => name);
}

async function subjects(): Promise<string[]> {
  const rows = await messaging.query<{ subject: string }>(
    'quota',
    'SELECT partition_key AS subject FROM outbox ORDER BY partition_key',
  );
  return rows.map(({ subject }) => subject);
}

/** As the relay does, so as the role that may create and drop nothing. */
async function maintain(): Promise<void> {
  const quota = await startService(messaging.addressesOf('quota'), { service: 'quota' });
  try {
    await quota.db.query('SELECT outbox_maintain()');
  } finally {
    await quota.stop();
  }
}

describe('the outbox', () => {
  it('keeps published events for three whole days, and unpublished ones until they are published', async () => {
    const [old, pending, young] = [await partitionOf(6), await partitionOf(5), await partitionOf(3)];
    await oldRow('old', 6, 6);
    await oldRow('pending', 5, null);
    await oldRow('published beside it', 5, 5);
    await oldRow('young', 3, 3);
    await maintain();
    expect(await subjects()).toEqual(['pending', 'published beside it', 'young']);
    const left = await partitions();
    expect(left).not.toContain(old);
    expect(left).toEqual(expect.arrayContaining([pending, young]));
    await messaging.query('quota', `UPDATE outbox SET published_at = now() WHERE partition_key = 'pending'`);
    await maintain();
    expect(await subjects()).toEqual(['young']);
  });

  it('has its partitions a week ahead, made by the role that may not make tables', async () => {
    const [today] = await messaging.query<{ names: string[] }>(
      'quota',
      `SELECT array_agg('outbox_' || to_char((now() AT TIME ZONE 'UTC')::date + n, 'YYYYMMDD') ORDER BY n) AS names
       FROM generate_series(0, 7) n`,
    );
    const last = today?.names.at(-1) ?? '';
    await messaging.query('quota', `DROP TABLE ${last}`);
    await maintain();
    expect(await partitions()).toEqual(expect.arrayContaining(today?.names ?? []));
  });

  it('takes events on a day nobody prepared, and drops them like the others', async () => {
    await oldRow('unprepared, published', 40, 40);
    await oldRow('unprepared, pending', 40, null);
    await maintain();
    expect(await subjects()).toEqual(['unprepared, pending']);
  });

  it('goes on when today already has rows outside its partition', async () => {
    const quota = await messaging.start({ service: 'quota' });
    const [today] = (await partitions()).filter((name) => /\d/.test(name)).slice(-8);
    await messaging.query('quota', `DROP TABLE ${today}`);
    await quota.reserve('image-1');
    await maintain();
    await eventually(async () => {
      expect(await messaging.query('quota', 'SELECT 1 FROM outbox WHERE published_at IS NOT NULL')).toHaveLength(1);
    });
    await messaging.query('quota', 'TRUNCATE outbox');
    await maintain();
    expect(await partitions()).toContain(today);
  });
});

describe('the inbox', () => {
  it('remembers an event for longer than any parked one should wait', async () => {
    await messaging.query(
      'quota',
      `INSERT INTO inbox (consumer, message_id, received_at) VALUES
       ('quota', gen_random_uuid(), now() - interval '15 days'), ('young', gen_random_uuid(), now() - interval '13 days')`,
    );
    await messaging.start({ service: 'quota' });
    await eventually(async () => {
      expect(await messaging.query('quota', 'SELECT consumer FROM inbox')).toEqual([{ consumer: 'young' }]);
    });
  });
});
