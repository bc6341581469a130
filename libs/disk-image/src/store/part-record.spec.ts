import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packPartClusters, partClusters } from './part-record.ts';

const hash = Buffer.alloc(32, 0xab);

describe('the record of a part', () => {
  it('is read as it was written before there were layers', () => {
    const entry = ['00000007', '00000200', '00012345', 'ab'.repeat(32)].join('');
    const clusters = Buffer.from(entry.repeat(2), 'hex');
    const read = [...partClusters({ part_number: 2, size: 4096, clusters })];
    expect(read).toEqual([...Array(2)].map(() => ({ index: 7, offset: 512, size: 0x12345, hash })));
    expect(packPartClusters([{ index: 7, offset: 512, size: 0x12345, hash }]).toString('hex')).toBe(entry);
  });

  it('remembers the clusters that became zero, in runs', () => {
    const runs = fc.array(fc.record({ index: fc.nat(2 ** 20), count: fc.integer({ min: 1, max: 500 }) }));
    const frames = fc.array(
      fc.record({ index: fc.nat(), offset: fc.nat(), size: fc.integer({ min: 1, max: 2 ** 20 }) }),
    );
    const property = fc.property(frames, runs, (framesOf, zeros) => {
      const stored = framesOf.map((frame) => ({ ...frame, hash }));
      const clusters = packPartClusters(stored, zeros);
      expect(clusters.length).toBe((stored.length + zeros.length) * 44);
      const read = [...partClusters({ part_number: 2, size: 1, clusters })];
      expect(read.slice(0, stored.length)).toEqual(stored);
      const zeroed = zeros.flatMap(({ index, count }) => Array.from({ length: count }, (_, at) => index + at));
      expect(read.slice(stored.length).map(({ index }) => index)).toEqual(zeroed);
      expect(read.slice(stored.length).every(({ size }) => size === 0)).toBe(true);
    });
    fc.assert(property, { numRuns: 20 });
  });
});
