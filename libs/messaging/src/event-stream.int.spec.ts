import { randomUUID } from 'node:crypto';
import { FaultyProxy } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { envelopeOf } from '../test/facts.ts';
import { messagingUnderTest, type MessagingUnderTest } from '../test/messaging-under-test.ts';
import { AmqpConnections } from './connections.ts';
import { EventStream, type StreamedEvent, type StreamStart } from './event-stream.ts';

describe('reading the stream', () => {
  let messaging: MessagingUnderTest;
  const connections: AmqpConnections[] = [];

  beforeAll(async () => {
    messaging = await messagingUnderTest();
  });
  afterEach(async () => {
    for (const each of connections.splice(0)) await each.close();
  });
  afterAll(() => messaging.close());

  function stream(amqpUrl = messaging.amqpUrl): EventStream {
    const made = new AmqpConnections(amqpUrl, 'gateway');
    connections.push(made);
    return new EventStream(made);
  }

  async function publish(many: number): Promise<string[]> {
    const ids = Array.from({ length: many }, () => randomUUID());
    for (const id of ids) await messaging.send(JSON.stringify(envelopeOf('thing', 0, id)));
    return ids;
  }

  /** So many events from a place on. */
  async function read(from: StreamStart, many: number, source = stream()): Promise<readonly StreamedEvent[]> {
    const events: StreamedEvent[] = [];
    for await (const event of source.read(from, AbortSignal.timeout(60_000))) {
      events.push(event);
      if (events.length === many) break;
    }
    return events;
  }

  const ids = (events: readonly StreamedEvent[]): readonly string[] => events.map(({ event }) => event.id);

  /** The end of the stream as it is: what other tests left in it stays. */
  async function here(): Promise<StreamStart> {
    const [marker] = await publish(1);
    const everything = { since: new Date(Date.now() - 3_600_000) };
    for await (const { offset, event } of stream().read(everything, AbortSignal.timeout(60_000)))
      if (event.id === marker) return { after: offset };
    throw new Error('the marker has not arrived');
  }

  it('gives every event in order, from any event on, to as many as read', async () => {
    const begin = await here();
    const published = await publish(600);
    const all = await read(begin, 600);
    expect(ids(all)).toEqual(published);
    const half = all[299]?.offset ?? '';
    const [one, other] = await Promise.all([read({ after: half }, 300), read({ after: half }, 300)]);
    expect(ids(one)).toEqual(published.slice(300));
    expect(ids(other)).toEqual(published.slice(300));
  });

  it('tells nothing twice, and lets no stranger’s message end it', async () => {
    const begin = await here();
    const twice = randomUUID();
    const last = randomUUID();
    for (const id of [twice, twice]) await messaging.send(JSON.stringify(envelopeOf('thing', 0, id)));
    await messaging.send('no event at all');
    await messaging.send(JSON.stringify(envelopeOf('thing', 0, last)));
    expect(ids(await read(begin, 2))).toEqual([twice, last]);
  });

  it('says when it is there: whatever is published from then on comes', async () => {
    const source = stream();
    for (let round = 0; round < 20; round++) {
      const attached = Promise.withResolvers<undefined>();
      const begun = (): void => {
        attached.resolve(undefined);
      };
      const reading = source.read('now', AbortSignal.timeout(60_000), begun);
      const first = reading.next();
      await attached.promise;
      const [id] = await publish(1);
      expect((await first).value).toMatchObject({ event: { id } });
      await reading.return(undefined);
    }
  });

  it('goes on where it was when the broker is back', async () => {
    const begin = await here();
    const broker = new URL(messaging.amqpUrl);
    const way = await FaultyProxy.to(`http://${broker.host}`);
    const through = new URL(messaging.amqpUrl);
    through.host = new URL(way.endpoint).host;
    const published = await publish(3);
    const seen: string[] = [];
    for await (const { event } of stream(through.href).read(begin, AbortSignal.timeout(60_000))) {
      seen.push(event.id);
      if (seen.length === 3) {
        way.breakAll();
        published.push(...(await publish(3)));
      }
      if (seen.length === 6) break;
    }
    expect(seen).toEqual(published);
    await way.close();
  });
});
