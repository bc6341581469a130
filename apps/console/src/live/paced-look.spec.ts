import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PacedLook } from './paced-look.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('looks at once, then at most once a second, and once more after the last change', () => {
  let looks = 0;
  const look = new PacedLook(() => (looks += 1));
  for (let n = 0; n < 50; n += 1) look.changed();
  expect(looks).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(looks).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(looks).toBe(3);
  look.changed();
  expect(looks).toBe(4);
  vi.advanceTimersByTime(60_000);
  expect(looks).toBe(5);
});
