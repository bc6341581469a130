import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange } from './byte-range.ts';

const KIB = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 251));

/** What RFC 9110 says a range means, on real bytes. */
function slice(size: number, first: number | null, last: number | null): Buffer {
  const bytes = KIB.subarray(0, size);
  if (first === null) return bytes.subarray(Math.max(0, size - (last ?? 0)));
  return bytes.subarray(first, last === null ? size : last + 1);
}

describe('a byte range', () => {
  it.each<[string, number, number, number]>([
    ['bytes=0-0', 10, 0, 1],
    ['bytes=0-9', 10, 0, 10],
    ['bytes=2-', 10, 2, 8],
    ['bytes=-3', 10, 7, 3],
    ['bytes=-30', 10, 0, 10],
    ['bytes=5-999999999999999', 10, 5, 5],
    ['bytes 2-4/*', 10, 2, 3],
    ['bytes 2-4/10', 10, 2, 3],
  ])('%s of %d bytes begins at %d and has %d', (header, size, offset, length) => {
    expect(parseRange(header, size)).toEqual({ offset, length });
  });

  it.each([
    'bytes=10-',
    'bytes=10-12',
    'bytes=5-4',
    'bytes=-0',
    'bytes=-',
    'bytes=',
    'bytes=a-b',
    'bytes=0-1,3-4',
    'items=0-1',
    '0-1',
    'bytes=0x1-5',
    'bytes=1.5-2',
    'bytes=--5',
    'bytes=9999999999999999-',
  ])('%s of 10 bytes cannot be satisfied', (header) => {
    expect(() => parseRange(header, 10)).toThrow(expect.objectContaining({ code: 'range.not_satisfiable' }));
  });

  it('is never satisfied by an empty image', () => {
    for (const header of ['bytes=0-', 'bytes=-1', 'bytes=0-0']) {
      expect(() => parseRange(header, 0)).toThrow(expect.objectContaining({ code: 'range.not_satisfiable' }));
    }
  });

  it('names exactly the bytes the header means, or none', () => {
    const bound = fc.option(fc.nat(1100));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1024 }), bound, bound, (size, first, last) => {
        fc.pre(first !== null || last !== null);
        const expected = slice(size, first, last);
        const parse = () => parseRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
        if (expected.length === 0) {
          expect(parse).toThrow(expect.objectContaining({ code: 'range.not_satisfiable' }));
        } else {
          const { offset, length } = parse();
          expect(KIB.subarray(offset, offset + length)).toEqual(expected);
        }
      }),
    );
  });
});
