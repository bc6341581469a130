import { describe, expect, it } from 'vitest';
import { BytePace } from './byte-pace.ts';

describe('the pace of a scrub', () => {
  it('lets no more through than was set, and makes up for no time in which nothing was read', () => {
    let now = 1000;
    const pace = new BytePace(100, () => now);
    expect(pace.take(50)).toBe(500);
    expect(pace.take(50)).toBe(1000);
    now += 700;
    expect(pace.take(10)).toBe(400);
    now += 60_000;
    expect(pace.take(100)).toBe(1000);
  });
});
