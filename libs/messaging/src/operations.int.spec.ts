import { randomUUID } from 'node:crypto';
import { SERVICE_REPORTS, type ServiceReport } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { SUBSCRIPTIONS_UNDER_TEST } from '../test/service-under-test.ts';
import { AmqpConnections } from './connections.ts';
import { QueueDepths } from './queue-depths.ts';

let messaging: MessagingUnderTest;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(() => messaging.reset());
afterAll(() => messaging.close());

const operator: RequestContext = {
  ...{ user_id: 'u-op', user_name: 'op', project_id: 'p-op', roles: ['admin'], request_id: 'r1', correlation_id: 'c1' },
};

describe('what waits at the broker', () => {
  it('is told of every queue, also of those whose service is away and of those that are not there', async () => {
    await messaging.send('no event', { messageId: randomUUID() });
    const connections = new AmqpConnections(messaging.amqpUrl, 'gateway');
    const depths = await new QueueDepths(connections, SUBSCRIPTIONS_UNDER_TEST).measure();
    await connections.close();
    expect(depths).toContainEqual({
      ...{ queue: 'catalog.on.quota', service: 'catalog', purpose: 'events', messages: 1, consumers: 0 },
    });
    expect(depths).toContainEqual({
      ...{ queue: 'quota.parked', service: 'quota', purpose: 'parked', messages: 0, consumers: 0 },
    });
    // The ladder of these tests is another one.
    const missing = { service: null, purpose: 'retry', messages: null, consumers: null };
    expect(depths.slice(-2)).toMatchObject([missing, missing]);
  });
});

describe('a service that is asked how it is', () => {
  async function report(roles: RequestContext['roles'] = ['admin']): Promise<ServiceReport> {
    const gateway = await messaging.start({ service: 'gateway' });
    const options = { context: { ...operator, roles }, timeout_ms: 30_000 };
    return gateway.requests.send(SERVICE_REPORTS.quota, {}, options);
  }

  it('says that it can work, and that nothing waits in its outbox', async () => {
    await messaging.start({ service: 'quota' });
    expect(await report()).toMatchObject({ faults: {}, outbox: { unpublished: 0, oldest_seconds: 0 } });
  });

  it('says how much waits in its outbox, and that it waits too long', async () => {
    await messaging.start({ service: 'quota' });
    await messaging.query(
      'quota',
      `INSERT INTO quota.outbox (id, routing_key, partition_key, envelope, created_at, available_at)
       SELECT gen_random_uuid(), 'quota.QuotaReserved.v1', 'k', '{}', now() - age, now() + interval '1 hour'
       FROM (VALUES (interval '90 s'), (interval '1 s')) AS waiting (age)`,
    );
    const { faults, outbox } = await report();
    expect(outbox?.unpublished).toBe(2);
    expect(outbox?.oldest_seconds).toBeGreaterThanOrEqual(90);
    expect(faults).toEqual({ outbox: expect.stringMatching(/has waited \d+ s/) as unknown });
  });

  it('tells it to nobody else', async () => {
    await messaging.start({ service: 'quota' });
    await expect(report(['member'])).rejects.toMatchObject({ code: 'auth.forbidden' });
  });
});
