import { describe, expect, it } from 'vitest';
import { BudgetSpent, Unreadable } from './disk/unreadable.ts';
import { printable } from './disk/printable.ts';
import { makePoint, worstFinding, worstStatus } from './report.ts';

describe('a point of a report', () => {
  it('is unknown where the disk cannot be read, and says where', async () => {
    const point = await makePoint('fstab', () => Promise.reject(new Unreadable('it is damaged', '/etc/fstab')));
    expect(point).toMatchObject({
      status: 'unknown',
      where: '/etc/fstab',
      seen: expect.stringContaining('it is damaged'),
    });
    const spent = await makePoint('dhcp', () => Promise.reject(new BudgetSpent('too much')));
    expect(spent).toMatchObject({ status: 'unknown', where: null });
  });

  it('fails with what is no fault of the disk', async () => {
    const failure = new TypeError('a fault of ours');
    await expect(makePoint('fstab', () => Promise.reject(failure))).rejects.toBe(failure);
  });

  it('has the texts of a disk in one line, cut, and without what terminals obey', async () => {
    const seen = `\u001b[31m${'long '.repeat(200)}\nnext`;
    const point = await makePoint('dhcp', () => Promise.resolve({ status: 'ok', seen }));
    expect(point.seen.length).toBeLessThanOrEqual(500);
    expect(printable('a\u001b[0m\r\n\u202eb')).toBe('a\u{fffd}[0m\u{fffd}b');
    expect(printable(`${'a'.repeat(98)}\u{1f600}`)).toHaveLength(100);
    expect(printable(`${'a'.repeat(98)}\u{1f600}b`)).toBe(`${'a'.repeat(98)}\u{fffd}…`);
  });
});

describe('the status of a report', () => {
  it('is the worst of its points, and what is unknown is less than a warning', () => {
    expect(worstStatus([])).toBe('ok');
    expect(worstStatus(['ok', 'unknown'])).toBe('unknown');
    expect(worstStatus(['warning', 'unknown'])).toBe('warning');
    expect(worstStatus(['warning', 'problem', 'ok'])).toBe('problem');
  });

  it('tells the worst finding first and how many more there are', () => {
    const findings = [
      { status: 'warning', seen: 'one' },
      { status: 'problem', seen: 'two' },
    ] as const;
    expect(worstFinding(findings)).toEqual({ status: 'problem', seen: 'two (and 1 more)' });
    expect(worstFinding([])).toBeNull();
  });
});
