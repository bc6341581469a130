import { describe, expect, it } from 'vitest';
import { hostName } from './cloud-init.ts';

const id = '01234567-89ab-4cde-8f01-23456789abcd';

describe('the host name of a server', () => {
  it.each([
    ['web-1', 'web-1'],
    ['Café Web 1', 'cafe-web-1'],
    ['a_b.c\nd', 'a-b-c-d'],
    ['--x--', 'x'],
    ['云主机 7', '7'],
    ['云主机', 'server-01234567'],
    ['', 'server-01234567'],
  ])('of %j is %s', (name, expected) => {
    expect(hostName({ id, name })).toBe(expected);
  });

  it('is at most 63 long, and does not end with a hyphen then either', () => {
    expect(hostName({ id, name: `${'a'.repeat(62)}-b` })).toBe('a'.repeat(62));
  });
});
