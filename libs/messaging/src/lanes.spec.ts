import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes.ts';

describe('Lanes', () => {
  it('keeps the order within a key and the limit across keys, whatever the durations and failures', async () => {
    const job = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), turns: fc.nat(6), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (jobs, limit) => {
        const lanes = new Lanes(limit);
        const started: { key: string; index: number }[] = [];
        const running = new Set<string>();
        const outcomes = jobs.map(({ key, turns, fails }, index) =>
          lanes.run(key, async () => {
            expect(running.has(key)).toBe(false);
            running.add(key);
            expect(running.size).toBeLessThanOrEqual(limit);
            started.push({ key, index });
            for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
            running.delete(key);
            if (fails) throw new Error('the job failed');
          }),
        );
        const settled = await Promise.allSettled(outcomes);
        expect(settled.map((one) => one.status === 'rejected')).toEqual(jobs.map((one) => one.fails));
        for (const key of ['a', 'b', 'c', 'd']) {
          const order = started.filter((one) => one.key === key).map((one) => one.index);
          expect(order).toEqual([...order].sort((x, y) => x - y));
        }
      }),
      { numRuns: 60 },
    );
  });
});
