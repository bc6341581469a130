import { describe, expect, it } from 'vitest';
import { InspectionRefusal } from '../src/index.ts';
import { mutant, SMALL_FILES, type SmallFile } from '../src/testing/index.ts';
import { FUZZ } from './config.ts';
import { readWithinBounds } from './read-within-bounds.ts';

const { seed: SEED } = FUZZ;
/** A VHDX has MiBs, and takes ten times as long. */
const mutationsOf = ({ format }: SmallFile): number => (format === 'vhdx' ? FUZZ.mutations / 10 : FUZZ.mutations);

describe('a file changed at random', () => {
  it.each(SMALL_FILES)(
    `that was $name is refused, or read within its bounds (${FUZZ.mutations} files at most)`,
    async (small) => {
      const mutations = mutationsOf(small);
      const valid = small.make();
      const codes = new Map<string, number>();
      const before = process.memoryUsage().rss; // this process has run other tests
      for (let count = 0; count < mutations; count += 1) {
        const seed = SEED * 1_000_003 + count;
        const outcome = await readWithinBounds(mutant(small, valid, seed), small.format).catch((cause: unknown) => {
          if (cause instanceof InspectionRefusal) return cause.code;
          throw new Error(`The file of seed ${seed}`, { cause });
        });
        codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
      }
      expect(codes.get('read')).toBeGreaterThan(mutations / 50);
      expect(codes.size).toBeGreaterThan(4);
      // Tables of any size it asks for are never taken on trust.
      expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 30);
    },
  );
});
