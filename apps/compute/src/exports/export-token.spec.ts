import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exportToken, opensExport } from './export-token.ts';

describe('the token of an export', () => {
  const key = randomBytes(32).toString('hex');
  const lock = randomUUID();
  const later = Date.now() + 60_000;
  const token = exportToken(lock, later, key);

  it('opens the export of its lock', () => {
    expect(opensExport(token, lock, key)).toBe(true);
  });

  it.each<[string, string, string, string]>([
    ['of another lock', token, randomUUID(), key],
    ['under another key', token, lock, randomBytes(32).toString('hex')],
    ['after its time', exportToken(lock, Date.now() - 1, key), lock, key],
    ['with a longer time than it was given', `${later + 1}${token.slice(token.indexOf('.'))}`, lock, key],
    ['with a letter more', `${token}a`, lock, key],
    ['without its end', token.slice(0, -1), lock, key],
    ['that is empty', '', lock, key],
    ['that is text', 'open sesame', lock, key],
  ])('opens nothing %s', (_, given, lockId, withKey) => {
    expect(opensExport(given, lockId, withKey)).toBe(false);
  });
});
