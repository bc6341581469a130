import { describe, expect, it } from 'vitest';
import { secondsAsked } from './seconds-asked.ts';

describe('what a server asks for', () => {
  const now = new Date('2026-03-01T00:00:00Z');

  it.each([
    [null, 0],
    ['120', 120],
    ['Sun, 01 Mar 2026 00:01:00 GMT', 60],
    ['Sat, 28 Feb 2026 00:00:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    ['9'.repeat(400), 0],
  ])('by %s is %s seconds', (header, seconds) => {
    expect(secondsAsked(header, now)).toBe(seconds);
  });
});
