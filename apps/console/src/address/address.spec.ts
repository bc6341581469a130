import { expect, it } from 'vitest';
import { type Address, readAddress, writeAddress } from './address.ts';

const FULL: Address = {
  types: ['ImageReady', 'ImageFailed'],
  project: 'p & q',
  image: '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3',
  from: '2026-11-01T00:00:00.000Z',
  state: 'failed',
};

it('an address says all that is chosen, and nothing when nothing is', () => {
  expect(readAddress(writeAddress(FULL))).toEqual(FULL);
  expect(writeAddress(readAddress(''))).toBe('');
});
