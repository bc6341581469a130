import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brokerProxy } from '../test/broker-proxy.ts';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { envelopeOf } from '../test/facts.ts';
import { type HandleEvent, type ServiceUnderTest, writeEffect } from '../test/service-under-test.ts';

let messaging: MessagingUnderTest;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(() => messaging.reset());
afterAll(() => messaging.close());

async function expectHandled(subjects: readonly string[]): Promise<void> {
  await eventually(async () => {
    const applied = (await messaging.effects('catalog')).map(({ subject }) => subject);
    expect(applied.sort()).toEqual([...subjects].sort());
  });
}

async function untilActive(service: ServiceUnderTest, active: boolean): Promise<void> {
  await eventually(
    () => {
      expect(service.health.consumersActive()).toBe(active);
    },
    { interval: 5 },
  );
}

describe('a consumer', () => {
  it('notices that its queue was deleted, says so to readiness, declares it again and goes on', async () => {
    const catalog = await messaging.start({ service: 'catalog', handle: writeEffect });
    await untilActive(catalog, true);
    await messaging.channel.deleteQueue('catalog.on.quota');
    await untilActive(catalog, false);
    await untilActive(catalog, true);
    await messaging.send(JSON.stringify(envelopeOf('after')));
    await expectHandled(['after']);
  });

  it('comes back with its connection, however often that breaks, and misses nothing', async () => {
    const proxy = await brokerProxy(messaging.amqpUrl);
    try {
      const slowly: HandleEvent = async (event, context) => {
        await pause(5);
        await writeEffect(event, context);
      };
      const catalog = await messaging.start({ service: 'catalog', handle: slowly }, proxy.amqpUrl);
      const subjects = Array.from({ length: 60 }, (_, index) => `image-${index}`);
      for (const [index, subject] of subjects.entries()) {
        await messaging.send(JSON.stringify(envelopeOf(subject)));
        if (index % 20 === 10) {
          await untilActive(catalog, true);
          proxy.cut();
        }
      }
      await expectHandled(subjects);
    } finally {
      await proxy.close();
    }
  });

  it('waits out a broker that is away and is soon back after it', async () => {
    const proxy = await brokerProxy(messaging.amqpUrl);
    try {
      const catalog = await messaging.start({ service: 'catalog', handle: writeEffect }, proxy.amqpUrl);
      await untilActive(catalog, true);
      proxy.shut();
      await untilActive(catalog, false);
      await messaging.send(JSON.stringify(envelopeOf('meanwhile')));
      expect(await messaging.effects('catalog')).toEqual([]);
      proxy.open();
      await expectHandled(['meanwhile']);
    } finally {
      await proxy.close();
    }
  });

  it('handles the events of one image in order, and those of several side by side', async () => {
    const underWay = new Set<string>();
    let most = 0;
    const slowly: HandleEvent = async (event, context) => {
      expect(underWay.has(event.subject)).toBe(false);
      underWay.add(event.subject);
      most = Math.max(most, underWay.size);
      await pause(Math.random() * 8);
      await writeEffect(event, context);
      underWay.delete(event.subject);
    };
    await messaging.start({ service: 'catalog', handle: slowly });
    for (let used = 0; used < 25; used++) {
      for (const subject of ['a', 'b', 'c', 'd']) await messaging.send(JSON.stringify(envelopeOf(subject, used)));
    }
    const effects = await eventually(async () => {
      const applied = await messaging.effects('catalog');
      expect(applied).toHaveLength(100);
      return applied;
    });
    for (const subject of ['a', 'b', 'c', 'd']) {
      const order = effects.filter((effect) => effect.subject === subject).map(({ used }) => used);
      expect(order).toEqual(Array.from({ length: 25 }, (_, used) => used));
    }
    expect(most).toBe(3); // the places at work, fewer than the database connections of the process
  });
});

describe('a service', () => {
  it('does not start without its broker', async () => {
    const nobody = 'amqp://127.0.0.1:1';
    await expect(messaging.start({ service: 'quota' }, nobody)).rejects.toThrow('ECONNREFUSED');
  });

  it('does not start when it subscribes to an event it has no handler for', async () => {
    await expect(messaging.start({ service: 'catalog' })).rejects.toThrow(
      'catalog subscribes without a handler: quota.QuotaReserved.v1, quota.QuotaReleased.v1',
    );
  });

  it('does not start when it handles an event it does not subscribe to', async () => {
    await expect(messaging.start({ service: 'quota', handle: writeEffect })).rejects.toThrow(
      'quota handles without subscribing: quota.QuotaReserved.v1',
    );
  });
});
