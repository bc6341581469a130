import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { envelopeOf } from '../test/facts.ts';
import { type HandleEvent, writeEffect } from '../test/service-under-test.ts';
import { dropParked, listParked, replayParked } from './index.ts';

let messaging: MessagingUnderTest;
let broken: boolean;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(async () => {
  broken = true;
  await messaging.reset();
});
afterAll(() => messaging.close());

const untilMended: HandleEvent = async (event, context) => {
  if (broken) throw new Error('a bug');
  await writeEffect(event, context);
};

/** Sends events that catalog cannot handle; answers their ids when they are parked. */
async function park(...subjects: string[]): Promise<string[]> {
  const events = subjects.map((subject) => envelopeOf(subject));
  for (const event of events) await messaging.send(JSON.stringify(event), { messageId: String(event['id']) });
  await eventually(async () => {
    expect(await messaging.waiting('catalog.parked')).toBe(subjects.length);
  });
  return events.map((event) => String(event['id']));
}

const idsOf = async (): Promise<string[]> =>
  (await listParked(messaging.amqpUrl, 'catalog')).map(({ id }) => id).sort();

describe('a parked message', () => {
  it('stays where it is however often it is looked at, more often than a broker delivers by default', async () => {
    await messaging.start({ service: 'catalog', handle: untilMended });
    const ids = await park('image-1', 'image-2', 'image-3');
    for (let time = 0; time < 25; time++) {
      await eventually(async () => {
        expect(await idsOf()).toEqual([...ids].sort());
      });
    }
    expect(await listParked(messaging.amqpUrl, 'catalog', 2)).toHaveLength(2);
  });

  it('goes, when replayed, to the queue it failed on and to no other, as if never tried', async () => {
    const attempts: number[] = [];
    await messaging.start({
      service: 'catalog',
      handle: (event, context) => {
        attempts.push(context.attempt);
        return untilMended(event, context);
      },
    });
    await messaging.start({ service: 'import', handle: writeEffect });
    const [first = '', second = ''] = await park('image-1', 'image-2');
    await eventually(async () => {
      expect(await messaging.effects('import')).toHaveLength(2); // import has no trouble with them
    });
    broken = false;
    attempts.length = 0;
    expect(await replayParked(messaging.amqpUrl, 'catalog', first)).toBe(true);
    await eventually(async () => {
      expect((await messaging.effects('catalog')).map(({ event_id }) => event_id)).toEqual([first]);
    });
    expect(attempts).toEqual([0]);
    await eventually(async () => {
      expect(await idsOf()).toEqual([second]);
    });
    expect(await messaging.effects('import')).toHaveLength(2);
  });

  it('goes down the whole ladder again when its replay fails, and is parked again', async () => {
    let tries = 0;
    await messaging.start({
      service: 'catalog',
      handle: (event, context) => {
        tries += 1;
        return untilMended(event, context);
      },
    });
    const [id = ''] = await park('image-1');
    const before = tries;
    expect(await replayParked(messaging.amqpUrl, 'catalog', id)).toBe(true);
    await eventually(async () => {
      expect(tries).toBe(2 * before);
      expect(await idsOf()).toEqual([id]);
    });
  });

  it('is gone once dropped; the others stay', async () => {
    await messaging.start({ service: 'catalog', handle: untilMended });
    const [first = '', second = ''] = await park('image-1', 'image-2');
    expect(await dropParked(messaging.amqpUrl, 'catalog', first)).toBe(true);
    await eventually(async () => {
      expect(await idsOf()).toEqual([second]);
    });
    expect(await dropParked(messaging.amqpUrl, 'catalog', first)).toBe(false);
    expect(await replayParked(messaging.amqpUrl, 'catalog', first)).toBe(false);
  });

  it('stays parked when the queue it came from is gone', async () => {
    const catalog = await messaging.start({ service: 'catalog', handle: untilMended });
    const [id = ''] = await park('image-1');
    await catalog.stop();
    await messaging.channel.deleteQueue('catalog.on.quota');
    try {
      await expect(replayParked(messaging.amqpUrl, 'catalog', id)).rejects.toThrow('catalog.on.quota does not exist');
      await eventually(async () => {
        expect(await idsOf()).toEqual([id]);
      });
    } finally {
      await messaging.declare();
    }
  });
});
