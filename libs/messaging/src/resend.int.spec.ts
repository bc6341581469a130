import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { SUBSCRIPTIONS_UNDER_TEST, writeEffect } from '../test/service-under-test.ts';
import { resendPublished } from './index.ts';

let messaging: MessagingUnderTest;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(() => messaging.reset());
afterAll(() => messaging.close());

function resend(queue: string, since = new Date(0)): Promise<number> {
  return resendPublished({
    ...messaging.addressesOf('quota'),
    service: 'quota',
    subscriptions: SUBSCRIPTIONS_UNDER_TEST,
    queue,
    since,
  });
}

async function used(service: 'catalog' | 'import'): Promise<number[]> {
  return (await messaging.effects(service)).map((effect) => effect.used);
}

describe('what the broker lost', () => {
  it('is sent again to the queue that lost it and to no other; what had arrived is not applied twice', async () => {
    const quota = await messaging.start({ service: 'quota' });
    const catalog = await messaging.start({ service: 'catalog', handle: writeEffect });
    await messaging.start({ service: 'import', handle: writeEffect });
    await quota.reserve('image-1', 1);
    await eventually(async () => {
      expect([await used('catalog'), await used('import')]).toEqual([[1], [1]]);
    });
    await catalog.stop();
    for (const number of [2, 3]) await quota.reserve('image-1', number);
    await eventually(async () => {
      expect(await messaging.waiting('catalog.on.quota')).toBe(2);
      expect(await used('import')).toEqual([1, 2, 3]);
    });
    await messaging.channel.deleteQueue('catalog.on.quota');
    await messaging.declare();
    await messaging.start({ service: 'catalog', handle: writeEffect });
    expect(await resend('catalog.on.quota')).toBe(3);
    await eventually(async () => {
      expect(await used('catalog')).toEqual([1, 2, 3]);
    });
    expect(await used('import')).toEqual([1, 2, 3]);
    expect(await resend('catalog.on.quota', new Date(Date.now() + 60_000))).toBe(0);
    expect(await resend('quota.parked')).toBe(0); // bound to nothing
  });

  it('cannot be sent to a queue that is not there', async () => {
    await expect(resend('catalog.on.nobody')).rejects.toThrow('NOT_FOUND');
  });
});
