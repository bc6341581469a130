import { afterEach, expect, it, vi } from 'vitest';
import { providedOrTold } from './provided-or-told.ts';
import { ProvisionError } from './provision-error.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('gives what can be had', async () => {
  expect(await providedOrTold('nothing', () => Promise.resolve('program'))).toBe('program');
});

it('tells what is not tested where it cannot be had, with the reason', async () => {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const fault = new ProvisionError('There is no network.', 'Get one.');
  expect(await providedOrTold('the other S3', () => Promise.reject(fault))).toBeNull();
  expect(told.mock.calls.join('')).toContain('NOT TESTED: the other S3. There is no network. Get one.');
});

it('hides no other fault', async () => {
  await expect(providedOrTold('nothing', () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
});
