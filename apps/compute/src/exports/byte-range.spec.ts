import { describe, expect, it } from 'vitest';
import { LONGEST_RANGE, parseRange } from './byte-range.ts';

const SIZE = 2 ** 40;

describe('the range that is asked for of a disk', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 10],
    [`bytes=${SIZE - 5}-`, SIZE - 5, 5],
    [`bytes=${SIZE - 5}-${SIZE + 5}`, SIZE - 5, 5],
    ['bytes=-7', SIZE - 7, 7],
    ['bytes=0-', 0, LONGEST_RANGE],
    [`bytes=100-${100 + LONGEST_RANGE}`, 100, LONGEST_RANGE],
  ])('%s is given, as far as the disk goes and one answer can', (header, offset, length) => {
    expect(parseRange(header, SIZE)).toEqual({ offset, length });
  });

  it.each([
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=-0',
    `bytes=${SIZE}-`,
    'bytes=0-1,3-4',
    'bytes=0x1-2',
    'items=0-1',
    'bytes=99999999999999999999-',
  ])('%j is refused', (header) => {
    expect(() => parseRange(header, SIZE)).toThrow(expect.objectContaining({ code: 'range.not_satisfiable' }));
  });
});
