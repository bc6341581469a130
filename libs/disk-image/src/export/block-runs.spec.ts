import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlockRuns } from './block-runs.ts';

const BLOCK = 10;

const extents = fc.array(fc.record({ gap: fc.nat({ max: 25 }), length: fc.nat({ max: 35 }) }), { maxLength: 12 });

it('blocks that hold data are counted as if each were looked at', () => {
  const property = fc.property(extents, (steps) => {
    let end = 0;
    const found = steps.map(({ gap, length }) => {
      const offset = end + gap;
      end = offset + length;
      return { offset, length };
    });
    const held = new Set<number>();
    for (const { offset, length } of found) {
      for (let at = offset; at < offset + length; at += 1) held.add(Math.floor(at / BLOCK));
    }
    const runs = new BlockRuns(found, BLOCK);
    const ascending = [...held].sort((a, b) => a - b);
    expect(runs.count).toBe(held.size);
    expect(ascending.map((_, rank) => runs.at(rank))).toEqual(ascending);
    for (let block = 0; block <= end / BLOCK + 1; block += 1) {
      expect(runs.has(block)).toBe(held.has(block));
      expect(runs.rankOf(block)).toBe(ascending.filter((each) => each < block).length);
      const next = runs.endOfRun(block);
      expect(next).toBeGreaterThan(block);
      if (next !== Infinity) expect(runs.has(next)).not.toBe(runs.has(block));
    }
  });
  fc.assert(property);
});
