import { EVENTS, ImageReadyV1, ImageUpdatedV1, SERVICES, SUBSCRIPTIONS } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { eventKeyOf, furtherKeys } from './change-keys.ts';
import { EVENT_LOG, EVENTS_EXCHANGE, topologyOf } from './topology.ts';

const topology = topologyOf();
const queues = new Map(topology.queues.map((queue) => [queue.name, queue]));

function keysOf(queue: string): readonly string[] {
  return topology.bindings.filter((binding) => binding.queue === queue).map(({ key }) => key);
}

describe('the topology', () => {
  it('gives every subscriber a queue for each service it listens to, with exactly its events', () => {
    for (const service of SERVICES) {
      const events = SUBSCRIPTIONS[service];
      const bound = topology.bindings.filter(({ queue }) => queue.startsWith(`${service}.on.`));
      if (events === 'every')
        expect(bound).toEqual([{ queue: `${service}.on.all`, exchange: EVENTS_EXCHANGE, key: '#' }]);
      else {
        expect([...new Set(bound.map(({ key }) => eventKeyOf(key)))]).toEqual(events.map((event) => event.routingKey));
        for (const { queue, key } of bound) expect(queue).toBe(`${service}.on.${key.split('.')[0]}`);
      }
    }
  });

  it('brings a service the changes of an image that concern it, and no others', () => {
    const keysFor = (...changed: string[]): readonly string[] => {
      const envelope = JSON.stringify({ data: { changed } });
      return [ImageUpdatedV1.routingKey, ...furtherKeys(ImageUpdatedV1.routingKey, envelope)];
    };
    const brought = (...changed: string[]): readonly string[] =>
      ['sharing.on.catalog', 'quota.on.catalog', 'activity.on.all'].filter((queue) =>
        keysOf(queue).some((key) => key === '#' || keysFor(...changed).includes(key)),
      );
    expect(brought('a_property', 'tags')).toEqual(['activity.on.all']);
    expect(brought('tags', 'name')).toEqual(['sharing.on.catalog', 'activity.on.all']);
    expect(brought('visibility')).toEqual(['sharing.on.catalog', 'quota.on.catalog', 'activity.on.all']);
    expect(brought('owner', 'name')).toEqual(['sharing.on.catalog', 'quota.on.catalog', 'activity.on.all']);
    expect(furtherKeys(ImageReadyV1.routingKey, 'whatever')).toEqual([]);
  });

  it('lets no event be unroutable', () => {
    expect(keysOf(EVENT_LOG)).toEqual(['#']);
    expect(EVENTS.length).toBeGreaterThan(0);
  });

  it('binds nothing that it does not declare', () => {
    const exchanges = new Set(topology.exchanges.map(({ name }) => name));
    for (const { queue, exchange } of topology.bindings) {
      expect(queues.has(queue)).toBe(true);
      expect(exchanges.has(exchange)).toBe(true);
    }
  });

  it('gives each service one suspect lane, one parking place and one queue for requests', () => {
    for (const service of SERVICES) {
      for (const kind of ['suspect', 'parked', 'requests']) expect(queues.get(`${service}.${kind}`)).toBeDefined();
    }
  });

  it('loses nothing on its way from one queue to another: every dead letter is sent at least once', () => {
    const lossy = topology.queues.filter(({ arguments: given }) => {
      const deadLettered = 'x-dead-letter-exchange' in given;
      return (
        deadLettered &&
        (given['x-dead-letter-strategy'] !== 'at-least-once' || given['x-overflow'] !== 'reject-publish')
      );
    });
    expect(lossy).toEqual([]);
    for (const { name } of topology.queues.filter((queue) => /\.(on\.[a-z]+|suspect)$/.test(queue.name))) {
      expect(queues.get(name)?.arguments).toMatchObject({
        'x-dead-letter-routing-key': `${name.split('.')[0]}.parked`,
      });
    }
  });

  it('waits equally long for all messages of one delay, and sends each back to the queue it came from', () => {
    for (const queue of topology.queues.filter(({ name }) => name.startsWith('imago.retry.'))) {
      expect(queue.arguments['x-message-ttl']).toBeGreaterThan(0);
      expect(queue.arguments['x-dead-letter-exchange']).toBe('');
      expect(queue.arguments['x-dead-letter-routing-key']).toBeUndefined(); // its own: the queue it came from
    }
  });

  it('uses only what RabbitMQ 3.10 and 4.x both have', () => {
    expect(new Set(topology.queues.map(({ type }) => type))).toEqual(new Set(['quorum', 'stream']));
    const used = new Set(topology.queues.flatMap((queue) => Object.keys(queue.arguments)));
    for (const name of used) {
      expect([
        'x-delivery-limit',
        'x-dead-letter-exchange',
        'x-dead-letter-routing-key',
        'x-dead-letter-strategy',
        'x-overflow',
        'x-message-ttl',
        'x-max-age',
        'x-max-length-bytes',
        'x-stream-max-segment-size-bytes',
      ]).toContain(name);
    }
  });
});
