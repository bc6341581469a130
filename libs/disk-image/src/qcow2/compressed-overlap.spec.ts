import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../testing/index.ts';
import { refuseSharedBytes } from './compressed-overlap.ts';
import { compressedEntry } from './format.ts';

const BITS = 16;

/** A table of compressed clusters at these places. */
function image(places: readonly (readonly [offset: number, bytes: number])[]): Parameters<typeof refuseSharedBytes>[0] {
  const table = new DataView(new ArrayBuffer(places.length * 8));
  for (const [at, [offset, bytes]] of places.entries())
    table.setBigUint64(at * 8, compressedEntry(offset, bytes, BITS));
  const fileSize = Math.max(...places.map(([offset, bytes]) => offset + bytes));
  return { tables: [undefined, table], clusterBits: BITS, fileSize, count: places.length };
}

/** Clusters one behind the other, without a gap, in any order. */
function packed(count: number): (readonly [number, number])[] {
  const random = seededRandom(count);
  let end = 2 ** 33;
  const places = Array.from({ length: count }, () => {
    const bytes = 20 + Math.floor(random() * 3000);
    end += bytes;
    return [end - bytes, bytes] as const;
  });
  return places.sort(() => random() - 0.5);
}

describe('compressed clusters that share bytes', () => {
  it.each([100_000, 700])('are not seen where each begins after the last has ended, %i sorted at once', (batch) => {
    expect(() => {
      refuseSharedBytes(image(packed(20_000)), batch);
    }).not.toThrow();
  });

  it.each([100_000, 700])('are refused wherever they are, %i sorted at once', (batch) => {
    const places = packed(20_000);
    for (const at of [0, 777, 19_999]) {
      const [offset, bytes] = places[at] ?? [0, 0];
      expect(() => {
        refuseSharedBytes(image([...places, [offset, bytes]]), batch);
      }).toThrow('use the bytes');
    }
  });

  it('are refused at every border between what is sorted at once', () => {
    const places = Array.from({ length: 64 }, (_, at): [number, number] => [2 ** 30 + at * 4096, 4000]);
    for (const at of places.keys()) {
      const long = places.with(at, [2 ** 30 + at * 4096, 6000]);
      const refused = (): void => {
        refuseSharedBytes(image(long), 1);
      };
      if (at === 63) expect(refused).not.toThrow();
      else expect(refused).toThrow('use the bytes');
    }
  });

  it('are refused when one begins before the last sector of another', () => {
    const first = [2 ** 20, 5000] as const;
    const lastSector = 2 ** 20 + 9 * 512;
    expect(() => {
      refuseSharedBytes(image([first, [lastSector, 100]]));
    }).toThrow('use the bytes');
    expect(() => {
      refuseSharedBytes(image([first, [lastSector + 1, 100]]));
    }).not.toThrow();
  });

  it('are refused when one place is taken more often than can be sorted at once', () => {
    const crowd = Array.from({ length: 2000 }, () => [2 ** 30 + 7, 30] as const);
    expect(() => {
      refuseSharedBytes(image([[0, 10], ...crowd]), 1000);
    }).toThrow('use the bytes');
  });
});
