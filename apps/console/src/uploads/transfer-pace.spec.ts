import { expect, it } from 'vitest';
import { TransferPace } from './transfer-pace.ts';

it('a transfer has a rate of its last seconds, and a time to go that follows from it', () => {
  let now = 0;
  const pace = new TransferPace(() => now);
  expect([pace.rate, pace.secondsFor(1000)]).toEqual([null, null]);
  now = 1_000;
  pace.at(500);
  expect([pace.rate, pace.secondsFor(1_250)]).toEqual([500, 3]);
  for (now = 2_000; now <= 30_000; now += 1_000) pace.at(500 + (now - 1_000) / 10);
  // What it was half a minute ago does not count any more.
  expect(pace.rate).toBeCloseTo(100);
});

it('a pause is no slowness', () => {
  let now = 0;
  const pace = new TransferPace(() => now);
  now = 1_000;
  pace.at(1_000);
  now = 600_000;
  pace.restart(1_000);
  expect(pace.rate).toBeNull();
  now = 601_000;
  pace.at(3_000);
  expect(pace.rate).toBe(2_000);
});

it('nothing that comes for a while is no rate at all', () => {
  let now = 0;
  const pace = new TransferPace(() => now);
  for (now = 1_000; now < 60_000; now += 1_000) pace.at(0);
  expect([pace.rate, pace.secondsFor(5)]).toEqual([null, null]);
});
