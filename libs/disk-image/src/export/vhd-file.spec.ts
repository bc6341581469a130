import fc from 'fast-check';
import { expect, it } from 'vitest';
import { geometry } from './vhd-file.ts';

it('a geometry fits into its fields, and has never more sectors than the disk', () => {
  const property = fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (sectors) => {
    const { cylinders, heads, sectorsPerTrack } = geometry(sectors);
    expect(cylinders * heads * sectorsPerTrack).toBeLessThanOrEqual(sectors);
    expect(cylinders).toBeLessThanOrEqual(65_535);
    expect(heads).toBeLessThanOrEqual(16);
    expect(sectorsPerTrack).toBeLessThanOrEqual(255);
  });
  fc.assert(property);
});

it.each([
  ['1 GiB', 2 ** 21, { cylinders: 2080, heads: 16, sectorsPerTrack: 63 }],
  ['127 GiB', 127 * 2 ** 21, { cylinders: 65_278, heads: 16, sectorsPerTrack: 255 }],
  ['1 TiB, which is more than it can say', 2 ** 31, { cylinders: 65_535, heads: 16, sectorsPerTrack: 255 }],
])('a disk of %s has the geometry that the specification computes', (_size, sectors, expected) => {
  expect(geometry(sectors)).toEqual(expected);
});
