import { ImageDeletedV1, QuotaReservedV1 } from '@imago/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { reserved } from '../test/facts.ts';
import { type ServiceUnderTest } from '../test/service-under-test.ts';
import { inTransaction, type NewEvent, Outbox } from './index.ts';

let messaging: MessagingUnderTest;
let quota: ServiceUnderTest;

beforeAll(async () => {
  messaging = await messagingUnderTest();
  quota = await messaging.start({ service: 'quota' });
});
beforeEach(async () => {
  await messaging.query('quota', 'TRUNCATE outbox, effects');
});
afterAll(() => messaging.close());

/** A change of state together with an event, as every service makes them. */
async function change(fact: NewEvent): Promise<string> {
  return inTransaction(quota.db, async (tx) => {
    await tx.query(`INSERT INTO effects (event_id, subject) VALUES (gen_random_uuid(), 'state')`);
    return quota.app.get(Outbox).add(tx, fact, { correlation_id: 'c1', causation_id: 'e0', actor: 'u1' });
  });
}

async function expectNothingKept(): Promise<void> {
  expect(await messaging.effects('quota')).toEqual([]);
  expect(await messaging.query('quota', 'SELECT 1 FROM outbox')).toEqual([]);
}

describe('adding an event', () => {
  it('keeps it with the state, under the id it answers, with cause and actor', async () => {
    const id = await change(reserved('image-1', 3));
    expect(await messaging.effects('quota')).toHaveLength(1);
    const rows = await messaging.query<{ id: string; envelope: string }>('quota', 'SELECT id, envelope FROM outbox');
    expect(rows).toMatchObject([{ id }]);
    expect(JSON.parse(rows[0]?.envelope ?? '')).toMatchObject({
      id,
      correlationid: 'c1',
      causationid: 'e0',
      actor: 'u1',
      data: { used: 3 },
    });
  });

  it('keeps neither when the transaction fails afterwards', async () => {
    const failing = inTransaction(quota.db, async (tx) => {
      await quota.app.get(Outbox).add(tx, reserved('image-1'), { correlation_id: 'c1' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await expectNothingKept();
  });

  it.each<[string, NewEvent, string]>([
    ['breaks its contract', { ...reserved('image-1'), data: { project_id: 'p1' } }, 'expected string'],
    ["is another service's", { ...reserved('image-1'), event: ImageDeletedV1 }, "it is catalog's"],
    ['has no subject', { ...reserved(''), event: QuotaReservedV1 }, 'subject'],
    ['is too large', { ...reserved('image-1'), audience: ['x'.repeat(70_000)] }, 'more than the 65536'],
  ])('fails the transaction when it %s', async (_case, fact, reason) => {
    await expect(change(fact)).rejects.toThrow(reason);
    await expectNothingKept();
  });
});
