import { eventually } from '@imago/testing';
import pg from 'pg';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Child, type ChildTask, startChild } from '../test/child.ts';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { envelopeOf } from '../test/facts.ts';
import { writeEffect } from '../test/service-under-test.ts';
import { listParked } from './index.ts';

let messaging: MessagingUnderTest;
let children: Child[] = [];

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(() => messaging.reset());
afterEach(async () => {
  for (const { process } of children) process.kill('SIGKILL');
  await Promise.all(children.map(({ ended }) => ended));
  children = [];
});
afterAll(() => messaging.close());

function start(task: Omit<ChildTask, 'databaseUrl' | 'amqpUrl' | 'contextKey'>): Child {
  const child = startChild({ ...messaging.addressesOf(task.service), ...task });
  children.push(child);
  return child;
}

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL');
  await child.ended;
}

/** A session of the test's own that holds an advisory lock until it ends. */
async function holding(lock: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: messaging.addressesOf('quota').databaseUrl });
  await client.connect();
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock]);
  return client;
}

describe('SIGKILL of a process', () => {
  it('between commit and publish: what it committed is published by the next relay', async () => {
    const lead = await holding('imago.relay.quota'); // so it never comes to publishing
    const killed = start({ service: 'quota', reserve: ['image-1', 'image-2'] });
    await killed.said('reserved');
    await kill(killed);
    await messaging.start({ service: 'catalog', handle: writeEffect });
    expect(await messaging.effects('catalog')).toEqual([]);
    await lead.end();
    await messaging.start({ service: 'quota' });
    await eventually(async () => {
      const subjects = (await messaging.effects('catalog')).map(({ subject }) => subject).sort();
      expect(subjects).toEqual(['image-1', 'image-2']);
    });
  });

  it('between confirm and mark: what it published is published again, and applied once', async () => {
    const registry = new Registry();
    await messaging.start({ service: 'catalog', handle: writeEffect, registry });
    await messaging.query(
      'quota',
      `CREATE FUNCTION outbox_wait() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN PERFORM pg_advisory_xact_lock(hashtextextended('mark', 0)); RETURN NEW; END $$`,
    );
    await messaging.query(
      'quota',
      'CREATE TRIGGER outbox_wait BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_wait()',
    );
    try {
      const mark = await holding('mark');
      const killed = start({ service: 'quota', reserve: ['image-1', 'image-2'] });
      await killed.said('reserved');
      await eventually(async () => {
        expect(await messaging.effects('catalog')).toHaveLength(2);
      });
      await kill(killed);
      expect(await messaging.endSessions('imago-quota')).toBeGreaterThan(0);
      await mark.end();
    } finally {
      await messaging.query('quota', 'DROP FUNCTION outbox_wait CASCADE');
    }
    expect(await messaging.query('quota', 'SELECT 1 FROM outbox WHERE published_at IS NULL')).toHaveLength(2);
    await messaging.start({ service: 'quota' });
    await eventually(async () => {
      expect(await messaging.query('quota', 'SELECT 1 FROM outbox WHERE published_at IS NULL')).toEqual([]);
      expect(await registry.getSingleMetricAsString('inbox_duplicates_total')).toContain('{service="catalog"} 2');
    });
    expect(await messaging.effects('catalog')).toHaveLength(2);
  });

  it('by one event: that event is parked alone, and every one of its neighbours is applied', async () => {
    const good = Array.from({ length: 20 }, (_, index) => `good-${index}`);
    for (const subject of [...good.slice(0, 10), 'poison', ...good.slice(10)]) {
      await messaging.send(JSON.stringify(envelopeOf(subject)));
    }
    for (let crash = 0; crash < 4; crash++) {
      const crashing = start({ service: 'catalog', dieOf: 'poison' });
      await crashing.said('handling poison');
      await crashing.ended;
    }
    await messaging.start({ service: 'catalog', handle: writeEffect });
    const parked = await eventually(async () => {
      const found = await listParked(messaging.amqpUrl, 'catalog');
      expect(found).toHaveLength(1);
      return found;
    });
    expect(parked).toMatchObject([{ reason: 'crash', queue: 'catalog.on.quota' }]);
    expect(parked[0]?.body).toContain('"subject":"poison"');
    await eventually(async () => {
      const applied = (await messaging.effects('catalog')).map(({ subject }) => subject);
      expect(applied.sort()).toEqual([...good].sort());
    });
  });
});

describe('SIGTERM of a process', () => {
  it('lets the handlers under way finish; the process ends with 0 and nothing is delivered again', async () => {
    const stopping = start({ service: 'catalog', handlingMs: 300 });
    await stopping.said('up');
    const subjects = Array.from({ length: 12 }, (_, index) => `image-${index}`);
    for (const subject of subjects) await messaging.send(JSON.stringify(envelopeOf(subject)));
    await stopping.said('handling image-0');
    stopping.process.kill('SIGTERM');
    await expect(stopping.ended).resolves.toEqual([0, null]);
    const applied = await messaging.effects('catalog');
    expect(applied.length).toBeGreaterThan(0);
    const left = await eventually(async () => {
      const waiting = await messaging.waiting('catalog.on.quota');
      expect(applied.length + waiting).toBe(subjects.length);
      return waiting;
    });
    for (let index = 0; index < left; index++) {
      const message = await messaging.channel.get('catalog.on.quota', { noAck: true });
      expect(message !== false && message.fields.redelivered).toBe(false);
    }
  });
});
