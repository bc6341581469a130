import { expect, it } from 'vitest';
import { levelOf } from './quota.ts';

it.each([
  [
    { used: 0, limit: 10 },
    { percent: 0, level: 'fine' },
  ],
  [
    { used: 8, limit: 10 },
    { percent: 80, level: 'near' },
  ],
  [
    { used: 999, limit: 1000 },
    { percent: 99, level: 'near' },
  ],
  [
    { used: 10, limit: 10 },
    { percent: 100, level: 'full' },
  ],
  [
    { used: 12, limit: 10 },
    { percent: 100, level: 'full' },
  ],
  [
    { used: 0, limit: 0 },
    { percent: 100, level: 'full' },
  ],
  [{ used: null, limit: 10 }, null],
])('of %j is used %j', (quota, level) => {
  expect(levelOf(quota)).toEqual(level);
});
