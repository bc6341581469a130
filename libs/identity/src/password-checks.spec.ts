import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';
import { PasswordChecks } from './password-checks.ts';

const verify = vi.fn(verifyPassword);
let hash: string;

beforeAll(async () => {
  hash = await hashPassword('correct horse');
});
afterEach(() => {
  verify.mockClear();
  vi.useRealTimers();
});

it('a password that was right is not computed again for five minutes, and then it is', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const checks = new PasswordChecks(verify);
  for (const minute of [0, 1, 4]) {
    vi.setSystemTime(minute * 60_000 + 1);
    expect(await checks.isRight('correct horse', hash)).toBe(true);
  }
  expect(verify).toHaveBeenCalledTimes(1);
  vi.setSystemTime(5 * 60_000 + 2);
  expect(await checks.isRight('correct horse', hash)).toBe(true);
  expect(verify).toHaveBeenCalledTimes(2);
});

it('a password that was wrong is computed each time, and one that was right is right for its hash alone', async () => {
  const checks = new PasswordChecks(verify);
  await checks.isRight('correct horse', hash);
  const other = await hashPassword('battery staple');
  for (const [password, of] of [
    ['correct hors', hash],
    ['correct hors', hash],
    ['correct horse', other],
  ] as const) {
    expect(await checks.isRight(password, of)).toBe(false);
  }
  expect(verify).toHaveBeenCalledTimes(4);
});
