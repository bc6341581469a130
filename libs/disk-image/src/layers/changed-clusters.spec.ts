import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { changedClusters } from './changed-clusters.ts';

const SIZE = STORED_CLUSTER_SIZE;

describe('the clusters that changed', () => {
  it('are all that any run touches, ascending, each once', () => {
    const disk = 9 * SIZE + 512;
    const run = fc.record({ offset: fc.nat({ max: disk }), length: fc.nat({ max: 2 * SIZE }) });
    const property = fc.property(fc.array(run), (drawn) => {
      const runs = drawn.map(({ offset, length }) => ({ offset, length: Math.min(length, disk - offset) }));
      const expected = Array.from({ length: 10 }, (_, cluster) => cluster).filter((cluster) =>
        runs.some(
          ({ offset, length }) => length > 0 && offset < (cluster + 1) * SIZE && offset + length > cluster * SIZE,
        ),
      );
      expect([...changedClusters(runs, disk)]).toEqual(expected);
    });
    fc.assert(property);
  });

  it.each([
    { offset: SIZE, length: 513 },
    { offset: -1, length: 1 },
    { offset: 0, length: -1 },
    { offset: NaN, length: 1 },
  ])('are none of a run outside of the disk: $offset+$length', (run) => {
    expect(() => changedClusters([run], SIZE + 512)).toThrow(RangeError);
  });
});
