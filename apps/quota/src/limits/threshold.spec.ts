import { describe, expect, it } from 'vitest';
import { thresholdEvent } from './threshold.ts';

describe('the threshold of a limit', () => {
  function percent(limit: number, before: number, after: number): number | undefined {
    const account = { project_id: 'p', region: 'r' };
    const event = thresholdEvent({ ...account, resource: 'images', limit, before, after });
    return (event?.data as { percent: number } | undefined)?.percent;
  }

  it.each([
    ['is told when it is reached', 10, 7, 8, 80],
    ['is told when it is passed at once', 10, 0, 10, 100],
    ['is told of a limit of one', 1, 0, 1, 100],
    ['is not told before', 10, 6, 7, undefined],
    ['is not told again', 10, 8, 9, undefined],
    ['is not told on the way down', 10, 9, 8, undefined],
    ['is none where nothing is allowed', 0, 0, 0, undefined],
  ])('%s', (_what, limit, before, after, told) => {
    expect(percent(limit, before, after)).toBe(told);
  });
});
