import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkProgress } from './work-progress.ts';

describe('the progress of a job that stores an image', () => {
  it('counts the bytes of the disk and is complete only when they are read back', () => {
    const progress = new WorkProgress(8_000n);
    expect(progress.stored(0)).toEqual({ bytes_done: 0n, bytes_total: 8_000n });
    expect(progress.stored(8_000)).toEqual({ bytes_done: 7_000n, bytes_total: 8_000n });
    expect(progress.readBack(0, 300)).toEqual({ bytes_done: 7_000n, bytes_total: 8_000n });
    expect(progress.readBack(300, 300)).toEqual({ bytes_done: 8_000n, bytes_total: 8_000n });
  });

  it('never goes back and never passes its total, from the first stored byte to the last one read back', () => {
    const sizes = fc.record({ allocated: fc.nat(2 ** 31 - 1), size: fc.integer({ min: 1, max: 2 ** 31 - 1 }) });
    const steps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, steps, ({ allocated, size }, shares) => {
        const progress = new WorkProgress(BigInt(allocated));
        const sorted = [0, ...shares.sort((a, b) => a - b), 1];
        const counters = [
          ...sorted.map((share) => progress.stored(Math.floor(share * allocated))),
          ...sorted.map((share) => progress.readBack(Math.floor(share * size), size)),
        ].map(({ bytes_done }) => bytes_done);
        expect(counters).toEqual([...counters].sort((a, b) => Number(a - b)));
        expect(counters.at(-1)).toBe(BigInt(allocated));
      }),
    );
  });
});
