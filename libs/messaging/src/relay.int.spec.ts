import { randomUUID } from 'node:crypto';
import { QuotaRefusedV1, QuotaReservedV1 } from '@imago/contracts';
import { eventually, trials } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brokerProxy } from '../test/broker-proxy.ts';
import { type Effect, type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { type ServiceUnderTest, writeEffect } from '../test/service-under-test.ts';
import { EVENT_LOG, EVENTS_EXCHANGE } from './index.ts';

let messaging: MessagingUnderTest;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(() => messaging.reset());
afterAll(() => messaging.close());

interface Row {
  readonly published_at: Date | null;
  readonly attempts: number;
  readonly last_error: string | null;
}

function outbox(subject: string): Promise<Row[]> {
  return messaging.query<Row>(
    'quota',
    'SELECT published_at, attempts, last_error FROM outbox WHERE partition_key = $1 ORDER BY seq',
    [subject],
  );
}

/** Writes rows as quota would, in one statement: `count` events of each subject, numbered. */
async function backlog(quota: ServiceUnderTest, subjects: readonly string[], count: number): Promise<void> {
  const model = await quota.reserve('model', 0);
  await messaging.query(
    'quota',
    `INSERT INTO outbox (id, routing_key, partition_key, envelope)
     SELECT made.id, model.routing_key, subject,
       jsonb_set(jsonb_set(jsonb_set(model.envelope::jsonb, '{id}', to_jsonb(made.id)),
         '{subject}', to_jsonb(subject)), '{data,used}', to_jsonb(n))::text
     FROM outbox model, (SELECT gen_random_uuid() AS id, n, subject
       FROM generate_series(1, $2::int) n, unnest($3::text[]) subject OFFSET 0) made
     WHERE model.id = $1 ORDER BY n`,
    [model, count, subjects],
  );
}

async function untilApplied(count: number): Promise<Effect[]> {
  return eventually(async () => {
    const effects = (await messaging.effects('catalog')).filter(({ subject }) => subject !== 'model');
    expect(effects).toHaveLength(count);
    return effects;
  });
}

function expectOrder(effects: readonly Effect[], subjects: readonly string[], count: number): void {
  const expected = Array.from({ length: count }, (_, index) => index + 1);
  for (const subject of subjects) {
    expect(effects.filter((effect) => effect.subject === subject).map(({ used }) => used)).toEqual(expected);
  }
}

const SUBJECTS = ['a', 'b', 'c', 'd', 'e'];

describe('an event that no queue takes', () => {
  const bind = () => messaging.channel.bindQueue(EVENT_LOG, EVENTS_EXCHANGE, '#');

  it('is not taken for published; it waits with the later ones of its image, and all others go on', async () => {
    const quota = await messaging.start({ service: 'quota' });
    await messaging.channel.unbindQueue(EVENT_LOG, EVENTS_EXCHANGE, '#');
    try {
      await messaging.query(
        'quota',
        `INSERT INTO outbox (id, routing_key, partition_key, envelope) VALUES ($1, $2, 'held', '{}')`,
        [randomUUID(), QuotaRefusedV1.routingKey],
      );
      await eventually(async () => {
        expect(await outbox('held')).toMatchObject([
          { published_at: null, last_error: 'no queue takes it: the topology is not declared' },
        ]);
      });
      await quota.reserve('held', 1);
      await quota.reserve('free', 1);
      await eventually(async () => {
        expect(await outbox('free')).toMatchObject([{ published_at: expect.any(Date) }]);
      });
      expect(await outbox('held')).toMatchObject([{ published_at: null }, { published_at: null, attempts: 0 }]);
    } finally {
      await bind();
    }
    await eventually(async () => {
      expect(await outbox('held')).toMatchObject([
        { published_at: expect.any(Date), last_error: null },
        { published_at: expect.any(Date) },
      ]);
    });
    const [first, second] = await messaging.query<{ published_at: Date }>(
      'quota',
      `SELECT published_at FROM outbox WHERE partition_key = 'held' ORDER BY seq`,
    );
    expect(first?.published_at.getTime()).toBeLessThanOrEqual(second?.published_at.getTime() ?? 0);
  });
});

describe('the relay', () => {
  it('sends a backlog whole and in order', async () => {
    const quota = await messaging.start({ service: 'quota' });
    await messaging.start({ service: 'catalog', handle: writeEffect });
    await backlog(quota, SUBJECTS, 100);
    expectOrder(await untilApplied(500), SUBJECTS, 100);
    expect(await messaging.query('quota', 'SELECT 1 FROM outbox WHERE published_at IS NULL')).toEqual([]);
    expect(await quota.health.outboxLagSeconds()).toBe(0);
  });

  it('loses and reorders nothing when its connection is cut in the middle of batches', async () => {
    const proxy = await brokerProxy(messaging.amqpUrl);
    try {
      const quota = await messaging.start({ service: 'quota' }, proxy.amqpUrl);
      await messaging.start({ service: 'catalog', handle: writeEffect });
      await backlog(quota, SUBJECTS, 100);
      for (let cut = 0; cut < 4; cut++) {
        const before = (await messaging.query('quota', 'SELECT 1 FROM outbox WHERE published_at IS NULL')).length;
        proxy.cut();
        await eventually(async () => {
          const now = (await messaging.query('quota', 'SELECT 1 FROM outbox WHERE published_at IS NULL')).length;
          expect(now === 0 || now < before).toBe(true);
        });
      }
      expectOrder(await untilApplied(500), SUBJECTS, 100);
    } finally {
      await proxy.close();
    }
  });

  it('does not hold up anybody while the broker is away, and sends everything once it is back', async () => {
    const proxy = await brokerProxy(messaging.amqpUrl);
    try {
      const quota = await messaging.start({ service: 'quota' }, proxy.amqpUrl);
      await messaging.start({ service: 'catalog', handle: writeEffect });
      proxy.shut();
      for (let used = 1; used <= 20; used++) await quota.reserve('a', used);
      expect(await messaging.query('quota', 'SELECT 1 FROM outbox WHERE published_at IS NULL')).toHaveLength(20);
      expect(await quota.health.outboxLagSeconds()).toBeGreaterThan(0);
      proxy.open();
      expectOrder(await untilApplied(20), ['a'], 20);
    } finally {
      await proxy.close();
    }
  });

  it('is followed by another when it loses its session, and nothing is lost, reordered or applied twice', async () => {
    const first = await messaging.start({ service: 'quota' });
    await messaging.start({ service: 'quota' });
    await messaging.start({ service: 'catalog', handle: writeEffect });
    await backlog(first, SUBJECTS, 200);
    for (let round = 0; round < trials(3); round++) {
      await eventually(async () => {
        expect(await messaging.endSessions('imago-quota-relay')).toBeGreaterThan(0);
      });
    }
    expectOrder(await untilApplied(1000), SUBJECTS, 200);
  });

  it('is one at a time for a service', async () => {
    await messaging.start({ service: 'quota' });
    await messaging.start({ service: 'quota' });
    await eventually(async () => {
      const locks = await messaging.query(
        'quota',
        `SELECT granted FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'advisory' AND application_name = 'imago-quota-relay' AND pg_locks.database =
           (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(locks).toEqual([{ granted: true }]);
    });
  });

  it('goes on publishing when old messages cannot be removed', async () => {
    await messaging.query('quota', 'ALTER FUNCTION outbox_maintain() RENAME TO outbox_maintain_away');
    try {
      const quota = await messaging.start({ service: 'quota' });
      await messaging.start({ service: 'catalog', handle: writeEffect });
      await quota.reserve('image-1', 1);
      await untilApplied(1);
    } finally {
      await messaging.query('quota', 'ALTER FUNCTION outbox_maintain_away() RENAME TO outbox_maintain');
    }
  });

  it('sends what was committed last before the process stops', async () => {
    const quota = await messaging.start({ service: 'quota' });
    await backlog(quota, ['a'], 300);
    await quota.stop();
    expect(await messaging.query('quota', 'SELECT 1 FROM outbox WHERE published_at IS NULL')).toEqual([]);
  });

  it('writes the attributes a consumer routes, deduplicates and traces by beside the event', async () => {
    const quota = await messaging.start({ service: 'quota' });
    const id = await quota.reserve('image-1', 5);
    const message = await eventually(async () => {
      const got = await messaging.channel.get('catalog.on.quota', { noAck: true });
      if (got === false) throw new Error('nothing came');
      return got;
    });
    expect(message.fields.routingKey).toBe(QuotaReservedV1.routingKey);
    expect(message.properties).toMatchObject({
      messageId: id,
      type: 'QuotaReserved',
      appId: '/imago/quota',
      contentType: 'application/cloudevents+json',
      deliveryMode: 2,
      headers: { cloudEvents_subject: 'image-1' },
    });
    expect(JSON.parse(message.content.toString())).toMatchObject({
      specversion: '1.0',
      id,
      source: '/imago/quota',
      subject: 'image-1',
      dataversion: 1,
      projectid: 'p1',
      audience: 'p1',
      correlationid: 'test',
      sequence: '0000000000000000005',
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    });
  });
});
