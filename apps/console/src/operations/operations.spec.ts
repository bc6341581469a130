import { expect, it } from 'vitest';
import { lastHours, type QueueDepth, sumOfBytes, told, unconsumed, waitingIn } from './operations.ts';

const queues: readonly QueueDepth[] = [
  { queue: 'quota.on.catalog', service: 'quota', purpose: 'events', messages: 3, consumers: 0 },
  { queue: 'quota.parked', service: 'quota', purpose: 'parked', messages: 1, consumers: 0 },
  { queue: 'catalog.requests', service: 'catalog', purpose: 'requests', messages: 2, consumers: 1 },
  { queue: 'imago.retry.5s', service: null, purpose: 'retry', messages: null, consumers: null },
];

it('adds up what waits, parked messages apart', () => {
  expect(waitingIn(queues, false)).toBe(5);
  expect(waitingIn(queues, true)).toBe(1);
  expect(waitingIn(queues, false, 'quota')).toBe(3);
});

it('misses consumers only where there have to be some', () => {
  expect(unconsumed(queues).map(({ queue }) => queue)).toEqual(['quota.on.catalog']);
});

it('knows what was not told', () => {
  expect(told({ error: { code: 'request.timeout', message: '', remedy: '' } })).toBeNull();
  expect(told(queues)).toBe(queues);
});

it('adds bytes beyond what numbers hold', () => {
  expect(sumOfBytes([{ bytes: '9007199254740993' }, { bytes: '1' }])).toBe('9007199254740994');
});

it('has every hour of the last day', () => {
  const hours = lastHours(new Date('2026-03-02T05:59:59Z'));
  expect(hours).toHaveLength(24);
  expect([hours[0], hours.at(-1)]).toEqual(['2026-03-01T06:00:00.000Z', '2026-03-02T05:00:00.000Z']);
});
