import { describe, expect, it } from 'vitest';
import { partSizeFor, partsOf } from './part-plan.ts';

const MIB = 2 ** 20;
const TIB = 2 ** 40;

describe('a file is cut into parts', () => {
  it.each([1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 100 * MIB + 7])('that are all of it and nothing else: %d', (size) => {
    const parts = partsOf({ size, part_size: partSizeFor(size) });
    let end = 0;
    for (const [index, { part_number, offset, length }] of parts.entries()) {
      expect([part_number, offset]).toEqual([index + 1, end]);
      expect(length).toBeGreaterThan(0);
      end = offset + length;
    }
    expect(end).toBe(size);
    expect(new Set(parts.slice(0, -1).map(({ length }) => length)).size).toBeLessThan(2);
  });

  it.each([10 * MIB, TIB, 16 * TIB])('of which a store takes so many and so large ones: %d', (size) => {
    const part_size = partSizeFor(size);
    expect(part_size).toBeGreaterThanOrEqual(5 * MIB);
    expect(part_size).toBeLessThanOrEqual(5 * 2 ** 30);
    expect(partsOf({ size, part_size }).length).toBeLessThanOrEqual(10_000);
  });
});
