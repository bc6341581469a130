import { randomUUID } from 'node:crypto';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brokerProxy } from '../test/broker-proxy.ts';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { envelopeOf } from '../test/facts.ts';
import { type HandleEvent, writeEffect } from '../test/service-under-test.ts';

let messaging: MessagingUnderTest;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(() => messaging.reset());
afterAll(() => messaging.close());

/** Until nothing waits and nothing is on loan: then the effects are all there will be. */
async function untilQuiet(): Promise<void> {
  await eventually(async () => {
    expect(await messaging.waiting('catalog.on.quota')).toBe(0);
  });
}

describe('the effects of an event', () => {
  it('happen once for each consumer, with the events they lead to', async () => {
    const quota = await messaging.start({ service: 'quota' });
    await messaging.start({ service: 'catalog', handle: writeEffect });
    await messaging.start({ service: 'import', handle: writeEffect });
    const id = await quota.reserve('image-1', 7);
    const effect = { event_id: id, subject: 'image-1', used: 7 };
    await eventually(async () => {
      expect([await messaging.effects('catalog'), await messaging.effects('import')]).toEqual([[effect], [effect]]);
    });
  });

  it('happen once however often the event comes', async () => {
    await messaging.start({ service: 'catalog', handle: writeEffect });
    const repeated = JSON.stringify(envelopeOf('image-1', 1));
    for (let time = 0; time < 5; time++) await messaging.send(repeated);
    const last = envelopeOf('image-1', 2);
    await messaging.send(JSON.stringify(last)); // comes after all of them: same subject
    await eventually(async () => {
      expect((await messaging.effects('catalog')).map(({ used }) => used)).toEqual([1, 2]);
    });
  });

  it('happen once when two processes get the same event at the same time', async () => {
    let begun = 0;
    const bothHaveIt: PromiseWithResolvers<void> = Promise.withResolvers();
    const handle: HandleEvent = async (event, context) => {
      begun += 1;
      await bothHaveIt.promise;
      await writeEffect(event, context);
    };
    await messaging.start({ service: 'catalog', handle });
    await messaging.start({ service: 'catalog', handle });
    const twice = JSON.stringify(envelopeOf('image-1'));
    await Promise.all([messaging.send(twice), messaging.send(twice)]);
    await eventually(async () => {
      expect(begun).toBe(1);
      expect(await messaging.waiting('catalog.on.quota')).toBe(0); // so the other has it too, and waits for the first
    });
    bothHaveIt.resolve();
    await eventually(async () => {
      expect(await messaging.effects('catalog')).toHaveLength(1);
    });
    await messaging.send(JSON.stringify(envelopeOf('image-1', 2)));
    await eventually(async () => {
      expect(await messaging.effects('catalog')).toHaveLength(2);
    });
    expect(begun).toBe(2);
  });

  it('are all undone when the handler fails, and happen whole at the next try', async () => {
    const attempts: number[] = [];
    await messaging.start({
      service: 'catalog',
      handle: async (event, context) => {
        await writeEffect(event, context);
        attempts.push(context.attempt);
        if (attempts.length <= 3) throw new Error('after the effect');
      },
    });
    await messaging.send(JSON.stringify(envelopeOf('image-1')));
    await eventually(async () => {
      expect(await messaging.effects('catalog')).toHaveLength(1);
    });
    expect(attempts).toEqual([0, 0, 1, 1]); // a quick try each, then the next step of the ladder
  });

  it('happen once when the connection breaks between commit and acknowledgement', async () => {
    const proxy = await brokerProxy(messaging.amqpUrl);
    try {
      let handled = 0;
      const catalog = await messaging.start(
        {
          service: 'catalog',
          handle: async (event, context) => {
            handled += 1;
            await writeEffect(event, context);
            if (handled === 1) proxy.cut();
          },
        },
        proxy.amqpUrl,
      );
      await messaging.send(JSON.stringify(envelopeOf('image-1', 1)));
      await eventually(async () => {
        expect(await messaging.effects('catalog')).toHaveLength(1);
        expect(catalog.health.consumersActive()).toBe(true);
      });
      await messaging.send(JSON.stringify(envelopeOf('image-1', 2)));
      await eventually(async () => {
        expect((await messaging.effects('catalog')).map(({ used }) => used)).toEqual([1, 2]);
      });
      expect(handled).toBe(2);
      await untilQuiet();
    } finally {
      await proxy.close();
    }
  });

  it('are guarded against the order a retry brings about by the sequence of the event', async () => {
    await messaging.query('catalog', `DELETE FROM effects`);
    let failing = true;
    await messaging.start({
      service: 'catalog',
      handle: async (event, context) => {
        if (event.data.used === 1 && failing) {
          failing = false;
          throw new Error('the first is late');
        }
        const newer: unknown[] = await context.tx.query('SELECT 1 FROM effects WHERE subject = $1 AND used > $2', [
          event.subject,
          Number(event.sequence),
        ]);
        if (newer.length === 0) await writeEffect(event, context);
      },
      quickTries: [],
    });
    const first = envelopeOf('image-1', 1, randomUUID());
    await messaging.send(JSON.stringify(first));
    await messaging.send(JSON.stringify(envelopeOf('image-1', 2)));
    await eventually(async () => {
      const applied = await messaging.query('catalog', 'SELECT 1 FROM inbox');
      expect(applied).toHaveLength(2);
    });
    expect((await messaging.effects('catalog')).map(({ used }) => used)).toEqual([2]);
  });
});
