import { expect, it } from 'vitest';
import { eventually } from './eventually.ts';

it('answers as soon as the attempt does not throw', async () => {
  let attempts = 0;
  const answer = await eventually(
    () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
      return Promise.resolve(attempts);
    },
    { interval: 0 },
  );
  expect(answer).toBe(3);
});

it('throws what was wrong last when the time is over, so that no wait passes in silence', async () => {
  let attempts = 0;
  const attempt = (): never => {
    attempts += 1;
    throw new Error(`attempt ${attempts}`);
  };
  await expect(eventually(attempt, { timeout: 20, interval: 1 })).rejects.toThrow(/^attempt \d+$/);
  expect(attempts).toBeGreaterThan(1);
});

it('tries once even when there is no time', async () => {
  expect(await eventually(() => 'there', { timeout: 0 })).toBe('there');
  await expect(eventually(() => Promise.reject(new Error('gone')), { timeout: 0 })).rejects.toThrow('gone');
});
