import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelay } from './retry-delay.ts';

const pace = { firstSeconds: 5, longestSeconds: 14_400 };
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait after an attempt', () => {
  it('grows, is spread, and ends at the longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), unit, (attempt, random) => {
        const delay = retryDelay(attempt, pace, { random });
        expect(delay).toBeGreaterThanOrEqual(4);
        expect(delay).toBeLessThanOrEqual(14_400 * 1.2);
        expect(retryDelay(attempt + 2, pace, { random: 0 })).toBeGreaterThanOrEqual(Math.min(delay, 14_400 * 0.8));
      }),
    );
  });

  it('makes twelve attempts last about a day', () => {
    const waits = Array.from({ length: 11 }, (_, index) => retryDelay(index + 1, pace, { random: 0.5 }));
    const hours = waits.reduce((sum, wait) => sum + wait) / 3600;
    expect(hours).toBeGreaterThan(20);
    expect(hours).toBeLessThan(28);
  });

  it('is as long as the receiver asks, up to the longest', () => {
    expect(retryDelay(1, pace, { random: 0.5, asked: 60 })).toBe(60);
    expect(retryDelay(1, pace, { random: 0.5, asked: 1 })).toBe(5);
    expect(retryDelay(1, pace, { random: 0.5, asked: 1e9 })).toBe(14_400);
  });
});
