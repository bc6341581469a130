import { expect, it } from 'vitest';
import { everyTime } from './usage-time.ts';

const february = { from: '2026-02-01', to: '2026-02-28' };

it('has every day of a time that has gone by', () => {
  const days = everyTime('day', february, new Date('2026-03-05T00:00:00Z'));
  expect(days).toHaveLength(28);
  expect(days.at(-1)).toBe('2026-02-28T00:00:00.000Z');
});

it('ends with the present hour', () => {
  const hours = everyTime('hour', february, new Date('2026-02-01T02:30:00Z'));
  expect(hours).toEqual(['2026-02-01T00:00:00.000Z', '2026-02-01T01:00:00.000Z', '2026-02-01T02:00:00.000Z']);
});

it('is empty before it has begun', () => {
  expect(everyTime('day', february, new Date('2026-01-01T00:00:00Z'))).toEqual([]);
});
