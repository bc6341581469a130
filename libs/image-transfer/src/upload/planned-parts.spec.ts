import { describe, expect, it } from 'vitest';
import { partsLeft } from './planned-parts.ts';

const MIB = 2 ** 20;

describe('the parts of a file', () => {
  it('cover all of it, the last one being what is left', () => {
    expect([...partsLeft(40 * MIB + 5, [], 16 * MIB)]).toEqual([
      { part_number: 1, offset: 0, size: 16 * MIB },
      { part_number: 2, offset: 16 * MIB, size: 16 * MIB },
      { part_number: 3, offset: 32 * MIB, size: 8 * MIB + 5 },
    ]);
  });

  it('go on where an earlier attempt ended, also when its parts had another size', () => {
    const done = [{ size: 10 * MIB }, { size: 10 * MIB }];
    expect([...partsLeft(40 * MIB, done, 16 * MIB)]).toEqual([
      { part_number: 3, offset: 20 * MIB, size: 16 * MIB },
      { part_number: 4, offset: 36 * MIB, size: 4 * MIB },
    ]);
    expect([...partsLeft(20 * MIB, done, 16 * MIB)]).toEqual([]);
  });

  it('are never more than a store takes', () => {
    const size = 2 ** 40;
    const parts = [...partsLeft(size, [], 16 * MIB)];
    expect(parts.length).toBeLessThanOrEqual(10_000);
    expect(parts.reduce((sum, part) => sum + part.size, 0)).toBe(size);
  });
});
