import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferSource, CountingSource } from '../source/byte-source.ts';
import { seededRandom } from '../testing/index.ts';
import { decodeCluster } from './decode.ts';
import { UNREAD } from './piece.ts';
import type { Piece } from './piece.ts';
import { readClusters } from './read-clusters.ts';
import { openCluster, planReads } from './read-plan.ts';
import type { OpenCluster, PlannedDisk } from './read-plan.ts';

const MIB = 2 ** 20;

/** A disk of clusters of `pieces` pieces of `bytes` bytes, which stand in the source in the given order. */
function disk(order: readonly number[], { pieces, bytes }: { pieces: number; bytes: number }): PlannedDisk {
  const place = new Array<number>(order.length);
  order.forEach((piece, at) => (place[piece] = at * bytes));
  const piecesOf = (index: number): Piece[] =>
    Array.from({ length: pieces }, (_, at) => {
      const start = place[index * pieces + at] ?? 0;
      return {
        at: at * bytes,
        length: bytes,
        encoding: 'plain',
        unit: bytes,
        from: 0,
        start,
        end: start + bytes,
        bytes: UNREAD,
      };
    });
  const clusters = Array.from({ length: order.length / pieces }, (_, index) => index);
  const first = clusters.map((index) => Math.min(...piecesOf(index).map(({ start }) => start)));
  const firstOffset = (index: number): number => first[index] ?? Infinity;
  const open = (index: number): OpenCluster => openCluster(index, pieces * bytes, piecesOf(index));
  return { order: clusters.sort((a, b) => firstOffset(a) - firstOffset(b)), firstOffset, open };
}

function shuffled(count: number, seed: number, distance = count): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => ({ at, key: at + random() * distance }))
    .sort((a, b) => a.key - b.key)
    .map(({ at }) => at);
}

function summary(plan: PlannedDisk): { ranges: number; bytes: number; largestStep: number; waiting: number } {
  const steps = [...planReads(plan)];
  const open = new Map<OpenCluster, number>();
  let waiting = 0;
  for (const { ranges } of steps) {
    for (const { cluster, start, end } of ranges.flatMap(({ items }) => items)) {
      cluster.missing -= 1;
      open.set(cluster, (open.get(cluster) ?? 0) + end - start);
      if (cluster.missing === 0) open.delete(cluster);
    }
    waiting = Math.max(
      waiting,
      [...open.values()].reduce((sum, held) => sum + held, 0),
    );
  }
  return {
    ranges: steps.reduce((sum, { ranges }) => sum + ranges.length, 0),
    bytes: steps.reduce((sum, { bytes }) => sum + bytes, 0),
    largestStep: Math.max(...steps.map(({ bytes }) => bytes)),
    waiting,
  };
}

describe('the plan of a walk through the source', () => {
  const size = 512 * MIB;

  it('reads a file that is in order once, by ranges of 8 MiB', () => {
    const plan = summary(disk(shuffled(size / 65_536, 1, 0), { pieces: 16, bytes: 65_536 }));
    expect(plan).toEqual({ ranges: 64, bytes: size, largestStep: 8 * MIB, waiting: 0 });
  });

  it.each([16, 64, 256])('reads a file whose pieces stand up to %i places off once, by few ranges', (distance) => {
    const plan = summary(disk(shuffled(size / 65_536, 2, distance), { pieces: 16, bytes: 65_536 }));
    expect(plan.ranges).toBeLessThanOrEqual(2 * 64);
    expect(plan.bytes).toBeLessThan(size * 1.05);
    expect(plan.waiting).toBeLessThanOrEqual(32 * MIB);
  });

  it('reads a file in no order at all without reading it many times, holding little', () => {
    const plan = summary(disk(shuffled(size / 65_536, 3), { pieces: 16, bytes: 65_536 }));
    expect(plan.bytes).toBeLessThan(size * 2);
    expect(plan.largestStep).toBeLessThanOrEqual(24 * MIB);
    expect(plan.waiting).toBeLessThanOrEqual(32 * MIB);
  });

  it.each([0, 200_000])('holds few pieces at a time, however many a hostile file puts into a block', (distance) => {
    let [most, read] = [0, 0];
    for (const { ranges } of planReads(disk(shuffled(120 * 2048, 4, distance), { pieces: 2048, bytes: 1 }))) {
      const held = ranges.reduce((sum, { items }) => sum + items.length, 0);
      read += held;
      most = Math.max(most, held);
    }
    expect(read).toBe(120 * 2048);
    expect(most).toBeLessThan(3 * 2 ** 16);
  });
});

describe('the clusters that are read', () => {
  it('are each complete and right, whatever the order in the source', async () => {
    const sizes = fc.constantFrom(
      { pieces: 1, bytes: 65_536 },
      { pieces: 4, bytes: 16_384 },
      { pieces: 128, bytes: 512 },
    );
    const property = fc.asyncProperty(
      sizes,
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (shape, seed, far) => {
        const count = 40 * shape.pieces;
        const order = shuffled(count, seed, far * count);
        const place = new Map(order.map((piece, at) => [piece, at * shape.bytes]));
        const content = Buffer.alloc(count * shape.bytes);
        for (let at = 0; at < content.length; at += 512) content.writeUInt32BE(at, at);
        const source = new CountingSource(new BufferSource(content));
        const seen = new Set<number>();
        for await (const cluster of readClusters(source, disk(order, shape))) {
          seen.add(cluster.index);
          const data = decodeCluster(cluster, Buffer.alloc(cluster.length));
          for (let at = 0; at < shape.pieces; at += 1) {
            const start = place.get(cluster.index * shape.pieces + at) ?? 0;
            const piece = data.subarray(at * shape.bytes, (at + 1) * shape.bytes);
            expect(piece.equals(content.subarray(start, start + shape.bytes))).toBe(true);
          }
        }
        expect(seen.size).toBe(40);
        expect(source.bytes).toBe(content.length);
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });
});

describe('a reader', () => {
  it('reads no further ahead than its memory goes, however slow its consumer is', async () => {
    const source = new CountingSource(new BufferSource(Buffer.alloc(128 * MIB, 1)));
    const plan = disk(shuffled(128, 1, 0), { pieces: 1, bytes: MIB });
    let most = 0;
    let taken = 0;
    for await (const cluster of readClusters(source, plan)) {
      await new Promise(setImmediate); // whatever can be read ahead now is
      taken += cluster.length;
      most = Math.max(most, source.bytes - taken);
    }
    expect(taken).toBe(128 * MIB);
    expect(most).toBeGreaterThan(8 * MIB);
    expect(most).toBeLessThanOrEqual(32 * MIB);
  });
});
