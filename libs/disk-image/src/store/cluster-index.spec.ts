import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packIndex, unpackIndex } from './cluster-index.ts';
import type { ClusterIndex, IndexedClusters } from './cluster-index.ts';
import { STORED_CLUSTER_SIZE } from './layout.ts';
import { mergeIndex, refuseSmallerDisk } from './merge-index.ts';

const MIB = STORED_CLUSTER_SIZE;
const CLUSTERS = 12;

/** A cluster as a number: what it holds, or 0 for zeros, or nothing where a layer says nothing. */
type Cluster = number | undefined;

function columns(disk: readonly Cluster[]): IndexedClusters {
  const sizes = Uint32Array.from(disk, (content) => content ?? 0);
  const hashes = Buffer.concat(disk.map((content) => Buffer.alloc(32, content ?? 0)));
  return { sizes, hashes, count: disk.filter((content) => content !== undefined && content > 0).length };
}

function indexOf(disk: readonly Cluster[]): ClusterIndex {
  return unpackIndex(packIndex(disk.length * MIB, columns(disk)));
}

describe('the index of a disk with a layer', () => {
  const content = fc.integer({ min: 1, max: 255 });
  const disk = fc.array(fc.option(content, { nil: 0 }), { minLength: 1, maxLength: CLUSTERS });
  const layer = fc.array(fc.option(fc.oneof(content, fc.constant(0)), { nil: undefined }), {
    minLength: CLUSTERS,
    maxLength: CLUSTERS,
  });

  it('is the index of the disk that both make, and depends on nothing else', () => {
    const property = fc.property(disk, layer, (parent, changes) => {
      const zeroed = Uint8Array.from(changes, (change) => (change === 0 ? 1 : 0));
      const before = { ...columns(changes), zeroed };
      const merged = mergeIndex(indexOf(parent), before);
      const whole = changes.map((change, index) => change ?? parent[index] ?? 0);
      expect(packIndex(CLUSTERS * MIB, merged)).toEqual(packIndex(CLUSTERS * MIB, columns(whole)));
      expect(before).toEqual({ ...columns(changes), zeroed }); // nothing was written into it
    });
    fc.assert(property);
  });

  it('is of no smaller disk', () => {
    const parent = indexOf([1, 2, 3]);
    expect(() => mergeIndex(parent, { ...columns([1, 2]), zeroed: new Uint8Array(2) })).toThrow('smaller');
    expect(() => {
      refuseSmallerDisk(3 * MIB - 512, parent);
    }).toThrow('smaller');
  });
});

describe('an index', () => {
  it('finds every cluster that it has and no other', () => {
    const property = fc.property(fc.array(fc.nat({ max: 255 }), { minLength: 1 }), (disk) => {
      const index = indexOf(disk);
      disk.forEach((content, cluster) => {
        const entry = index.find(cluster);
        expect(entry === undefined ? 0 : index.size(entry)).toBe(content);
        expect(index.has(cluster, Buffer.alloc(32, content))).toBe(content > 0);
      });
      expect(index.find(disk.length)).toBeUndefined();
      expect(index.clusters.map((cluster) => cluster.index)).toEqual(
        [...disk.keys()].filter((cluster) => (disk[cluster] ?? 0) > 0),
      );
    });
    fc.assert(property);
  });

  it('knows the bytes of a cluster, those of the last one without the zeros behind it', () => {
    const bytes = Buffer.alloc(700, 'end');
    const hash = createHash('sha256')
      .update(bytes)
      .update(Buffer.alloc(MIB - 700))
      .digest();
    const packed = packIndex(2 * MIB, {
      sizes: Uint32Array.of(0, 9),
      hashes: Buffer.concat([Buffer.alloc(32), hash]),
      count: 1,
    });
    const index = unpackIndex(packed);
    expect(index.fits(1, bytes)).toBe(true);
    expect(index.fits(1, Buffer.alloc(700, 'and'))).toBe(false);
    expect(index.fits(0, Buffer.alloc(MIB))).toBe(true);
    expect(index.fits(0, bytes)).toBe(false);
  });

  it.each([
    ['of another kind', (packed: Buffer) => packed.write('IMAGOIX2', 0), 'no whole index'],
    ['with an entry too many', (packed: Buffer) => packed.writeUInt32BE(3, 20), 'no whole index'],
    ['of other clusters', (packed: Buffer) => packed.writeUInt32BE(65_536, 16), 'not of a disk of ours'],
    ['of no disk', (packed: Buffer) => packed.writeBigUInt64BE(0n, 8), 'not of a disk of ours'],
    ['of half a sector', (packed: Buffer) => packed.writeBigUInt64BE(700n, 8), 'not of a disk of ours'],
    [
      'of a disk beyond all numbers',
      (packed: Buffer) => packed.writeBigUInt64BE(2n ** 62n, 8),
      'not of a disk of ours',
    ],
    ['with a cluster outside of the disk', (packed: Buffer) => packed.writeUInt32BE(4, 72), 'cannot be'],
    ['with a cluster twice', (packed: Buffer) => packed.writeUInt32BE(0, 72), 'cannot be'],
    ['with an empty frame', (packed: Buffer) => packed.writeUInt32BE(0, 36), 'cannot be'],
    ['with a frame too long', (packed: Buffer) => packed.writeUInt32BE(2 * MIB, 36), 'cannot be'],
    ['that is cut short', (packed: Buffer) => packed.fill(0), 'no whole index'],
  ])('%s is refused', (_name, damage, reason) => {
    const packed = packIndex(4 * MIB, columns([1, 0, 0, 3]));
    damage(packed);
    expect(() => unpackIndex(packed)).toThrow(reason);
  });
});
