import type { EventEnvelope } from '@imago/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { JobNews } from './job-news.ts';

const OF_A_JOB = { data: { job: {} } } as unknown as EventEnvelope;
const OF_SOMETHING_ELSE = { data: { image: {} } } as unknown as EventEnvelope;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('looks at once, then at most once a second, and once more after the last change', () => {
  let looks = 0;
  const news = new JobNews(() => (looks += 1));
  for (let n = 0; n < 50; n += 1) news.heard(OF_A_JOB);
  expect(looks).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(looks).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(looks).toBe(3);
  news.heard(OF_A_JOB);
  expect(looks).toBe(4);
  vi.advanceTimersByTime(60_000);
  expect(looks).toBe(5);
});

it('does not care for what is no job', () => {
  let looks = 0;
  const news = new JobNews(() => (looks += 1));
  news.heard(OF_SOMETHING_ELSE);
  vi.advanceTimersByTime(60_000);
  expect(looks).toBe(0);
});
