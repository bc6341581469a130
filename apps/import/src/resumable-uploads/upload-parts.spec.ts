import { LARGEST_PART, MOST_PARTS, SMALLEST_PART } from '@imago/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfPart, cutOf, partCountOf } from './upload-parts.ts';

const TIB = 2 ** 40;

describe('the parts of a file', () => {
  it('come to the whole file, and to no more of them than a store takes, however large it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 * TIB }), (size) => {
        const cut = cutOf(size, null);
        const count = partCountOf(cut);
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(MOST_PARTS);
        expect((count - 1) * cut.part_size + bytesOfPart(cut, count)).toBe(size);
        expect(bytesOfPart(cut, count)).toBeGreaterThan(0);
        if (count > 1) expect(cut.part_size).toBeGreaterThanOrEqual(SMALLEST_PART);
      }),
    );
  });

  it('are of the size that is asked for, as far as a store takes it', () => {
    expect(cutOf(24 * 2 ** 20, SMALLEST_PART)).toEqual({ size: 24 * 2 ** 20, part_size: SMALLEST_PART });
    expect(partCountOf(cutOf(24 * 2 ** 20, SMALLEST_PART))).toBe(5);
    for (const [size, wanted] of [
      [TIB, SMALLEST_PART],
      [TIB, SMALLEST_PART - 1],
      [TIB, LARGEST_PART + 1],
    ] as const) {
      expect(() => cutOf(size, wanted)).toThrow(expect.objectContaining({ code: 'upload.part_size_invalid' }));
    }
  });
});
