import { randomUUID } from 'node:crypto';
import { QuotaReservedV1, refusal } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { envelopeOf } from '../test/facts.ts';
import {
  type HandleEvent,
  type QuotaEvent,
  SUBSCRIPTIONS_UNDER_TEST,
  writeEffect,
} from '../test/service-under-test.ts';
import { dropParked, listParked, type ParkedMessage } from './index.ts';

let messaging: MessagingUnderTest;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
afterAll(() => messaging.close());

async function untilParked(count: number): Promise<readonly ParkedMessage[]> {
  return eventually(async () => {
    const parked = await listParked(messaging.amqpUrl, 'catalog');
    expect(parked).toHaveLength(count);
    return parked;
  });
}

/** Handles everything, but fails for the subjects that say so. */
function failingFor(subject: string, fail: (event: QuotaEvent, time: number) => void): HandleEvent {
  let times = 0;
  return async (event, context) => {
    if (event.subject === subject) fail(event, ++times);
    await writeEffect(event, context);
  };
}

async function expectOthersAreHandled(): Promise<void> {
  const other = envelopeOf('other', 42);
  await messaging.send(JSON.stringify(other));
  await eventually(async () => {
    expect(await messaging.effects('catalog')).toContainEqual({ event_id: other['id'], subject: 'other', used: 42 });
  });
}

describe('a handler that fails', () => {
  beforeEach(() => messaging.reset());

  it('is tried again down the whole ladder, then the event is parked with its cause', async () => {
    const tries: number[] = [];
    const handle = failingFor('bad', (_event, time) => {
      tries.push(time);
      throw new TypeError('x is not a function');
    });
    await messaging.start({ service: 'catalog', handle });
    const event = envelopeOf('bad');
    await messaging.send(JSON.stringify(event), { messageId: String(event['id']), type: 'QuotaReserved' });
    const [parked] = await untilParked(1);
    expect(parked).toMatchObject({
      id: event['id'],
      type: 'QuotaReserved',
      queue: 'catalog.on.quota',
      reason: 'exhausted',
      error: 'TypeError: x is not a function',
      body: JSON.stringify(event),
    });
    expect(Date.parse(parked?.parked_at ?? '')).not.toBeNaN();
    expect(tries).toHaveLength(6); // two at once, two after each of two delays
    expect(await messaging.effects('catalog')).toEqual([]);
  });

  it('does not hold up other events, even with one place at work', async () => {
    const handle = failingFor('bad', () => {
      throw new Error('always');
    });
    await messaging.start({ service: 'catalog', handle, concurrency: 1 });
    for (let time = 0; time < 25; time++) await messaging.send(JSON.stringify(envelopeOf('bad', time))); // > prefetch
    await expectOthersAreHandled();
    await untilParked(25);
  });

  it.each(['unavailable', 'timeout'])('is tried again when a neighbour was %s', async (kind) => {
    const handle = failingFor('late', (_event, time) => {
      if (time < 4) throw refusal(kind === 'timeout' ? 'request.timeout' : 'service.unavailable', 'Not now.');
    });
    await messaging.start({ service: 'catalog', handle });
    await messaging.send(JSON.stringify(envelopeOf('late')));
    await eventually(async () => {
      expect(await messaging.effects('catalog')).toHaveLength(1);
    });
    expect(await messaging.waiting('catalog.parked')).toBe(0);
  });

  it('is tried for as long as the database is away: that says nothing about the event', async () => {
    const handle = failingFor('late', (_event, time) => {
      if (time < 12) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });
    await messaging.start({ service: 'catalog', handle });
    await messaging.send(JSON.stringify(envelopeOf('late')));
    await eventually(async () => {
      expect(await messaging.effects('catalog')).toHaveLength(1);
    });
    expect(await messaging.waiting('catalog.parked')).toBe(0);
  });

  it('parks the event at once when it refuses it', async () => {
    let tries = 0;
    const handle = failingFor('refused', () => {
      tries += 1;
      throw refusal('image.wrong_state', 'The image is deleted.');
    });
    await messaging.start({ service: 'catalog', handle });
    await messaging.send(JSON.stringify(envelopeOf('refused')));
    const [parked] = await untilParked(1);
    expect(parked).toMatchObject({ reason: 'refused', error: 'Refusal: The image is deleted.' });
    expect(tries).toBe(1);
  });
});

describe('a message that is no event we know', () => {
  beforeAll(async () => {
    await messaging.reset();
    await messaging.start({ service: 'catalog', handle: writeEffect });
  });

  const whole = JSON.stringify(envelopeOf('image-1'));
  const changed = (change: object): string => JSON.stringify({ ...envelopeOf('image-1'), ...change });

  it.each<[string, Buffer | string, string]>([
    ['is empty', '', 'invalid'],
    ['is not JSON', 'hello', 'invalid'],
    ['is binary', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'invalid'],
    ['is cut off', whole.slice(0, -20), 'invalid'],
    ['is JSON of somebody else', '{"pattern":"quota.reserveImage","data":{}}', 'invalid'],
    ['is not an object', '[1,2,3]', 'invalid'],
    ['is one MiB', `${whole.slice(0, -1)},"more":"${'x'.repeat(1024 * 1024)}"}`, 'invalid'],
    ['is nested very deeply', '['.repeat(50_000), 'invalid'],
    ['lacks an attribute', changed({ correlationid: undefined }), 'invalid'],
    ['has data its contract does not allow', changed({ data: { project_id: 'p1' } }), 'invalid'],
    ['has an id that is no UUID', changed({ id: '1' }), 'invalid'],
    ['has an unknown version', changed({ dataversion: 2 }), 'unknown_type'],
    ['has an unknown type', changed({ type: 'QuotaInvented' }), 'unknown_type'],
    ['is an event nobody here listens to', changed({ type: 'QuotaRefused' }), 'unknown_type'],
  ])('is parked when it %s, and the consumer lives', async (_case, body, reason) => {
    await messaging.send(body, { headers: { foreign: { nested: [1, { a: Buffer.from('x') }] } } });
    const [parked] = await untilParked(1);
    expect(parked).toMatchObject({ queue: 'catalog.on.quota', reason });
    expect(parked?.id).toMatch(/^[0-9a-f-]{36}$/); // made up: it had none
    expect(await dropParked(messaging.amqpUrl, 'catalog', parked?.id ?? '')).toBe(true);
    await expectOthersAreHandled();
  });

  it('is taken when it has more fields than its contract, which the handler does not see', async () => {
    const seen: QuotaEvent[] = [];
    await messaging.reset();
    await messaging.start({
      service: 'catalog',
      handle: (event) => {
        seen.push(event);
        return Promise.resolve();
      },
    });
    const envelope = envelopeOf('image-1', 3, randomUUID());
    const data = { ...(envelope['data'] as object), added_later: true };
    await messaging.send(JSON.stringify({ ...envelope, data, anotherattribute: 'x' }));
    const event = await eventually(() => {
      expect(seen).toHaveLength(1);
      return seen[0];
    });
    expect(event).toEqual(envelope);
    expect(QuotaReservedV1.data.parse(event?.data)).toEqual(event?.data);
  });
});

describe('a consumer of everything', () => {
  it('also gets types and versions that no contract of this build knows, as they came', async () => {
    await messaging.reset();
    const seen: { key: string; body: string }[] = [];
    const activity = await messaging.start({
      service: 'activity',
      subscriptions: { ...SUBSCRIPTIONS_UNDER_TEST, activity: 'every' },
      handle: ({ type, dataversion }, { body }) => {
        seen.push({ key: `${type}.v${dataversion}`, body });
        return Promise.resolve();
      },
    });
    await eventually(() => {
      expect(activity.health.consumersActive()).toBe(true);
    });
    const invented = JSON.stringify({
      ...envelopeOf('image-1'),
      type: 'QuotaInvented',
      data: { any: 'thing' },
      more: 1,
    });
    const newer = JSON.stringify({ ...envelopeOf('image-1'), dataversion: 2 });
    await messaging.send(invented, {}, 'quota.QuotaInvented.v1');
    await messaging.send(newer, {}, 'quota.QuotaReserved.v2');
    await eventually(() => {
      expect(seen).toEqual([
        { key: 'QuotaInvented.v1', body: invented },
        { key: 'QuotaReserved.v2', body: newer },
      ]);
    });
    await messaging.channel.deleteQueue('activity.on.all');
  });
});
