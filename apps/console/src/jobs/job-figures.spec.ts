import type { JobOnBoard } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { bytesFor, durationOf, percentOf } from './job-figures.ts';

describe('the figures of a job', () => {
  it.each([
    ['0', '0 B'],
    ['1023', '1,023 B'],
    ['1024', '1 KiB'],
    ['1610612736', '1.5 GiB'],
    ['109951162777600', '100 TiB'],
    ['9007199254740993', '8 PiB'],
  ])('%s bytes are %s', (count, text) => {
    expect(bytesFor('en', count)).toBe(text);
  });

  it.each([
    [{ state: 'running', bytes_done: '0', bytes_total: null }, null],
    [{ state: 'running', bytes_done: '0', bytes_total: '0' }, null],
    [{ state: 'running', bytes_done: '9007199254740993', bytes_total: '18014398509481986' }, 50],
    [{ state: 'failed', bytes_done: '999', bytes_total: '1000' }, 99],
    [{ state: 'succeeded', bytes_done: '0', bytes_total: null }, 100],
  ] as const)('%j is %s percent', (job, percent) => {
    expect(percentOf(job as unknown as JobOnBoard)).toBe(percent);
  });

  it.each([
    [5, '00:05'],
    [65, '01:05'],
    [3605, '1:00:05'],
    [360_000, '100:00:00'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(durationOf(seconds)).toBe(text);
  });
});
