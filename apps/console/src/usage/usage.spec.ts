import { expect, it } from 'vitest';
import { monthSoFar, usageQuery } from './usage.ts';

it('begins with the month so far', () => {
  expect(monthSoFar(new Date('2026-02-28T23:59:59Z'))).toEqual({ from: '2026-02-01', to: '2026-02-28' });
});

it('asks for the last day with it', () => {
  expect(usageQuery({ by: 'day', from: '2026-02-01', to: '2026-02-28' })).toEqual({
    ...{ by: 'day', from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z', limit: '1000' },
  });
});
