import { describe, expect, it } from 'vitest';
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
  it.each([100_000, 700])(
    'are not seen where each begins after the last has ended, %i sorted at once',
    async (batch) => {
      await expect(refuseSharedBytes(image(packed(20_000)), batch)).resolves.toBeUndefined();
    },
  );

  it.each([100_000, 700])('are refused wherever they are, %i sorted at once', async (batch) => {
    const places = packed(20_000);
    for (const at of [0, 777, 19_999]) {
      const [offset, bytes] = places[at] ?? [0, 0];
      await expect(refuseSharedBytes(image([...places, [offset, bytes]]), batch)).rejects.toThrow('use the bytes');
    }
  });

  it('are refused at every border between what is sorted at once', async () => {
    const places = Array.from({ length: 64 }, (_, at): [number, number] => [2 ** 30 + at * 4096, 4000]);
    for (const at of places.keys()) {
      const long = places.with(at, [2 ** 30 + at * 4096, 6000]);
      const refused = refuseSharedBytes(image(long), 1);
      if (at === 63) await expect(refused).resolves.toBeUndefined();
      else await expect(refused).rejects.toThrow('use the bytes');
    }
  });

  it('are refused when one begins before the last sector of another', async () => {
    const first = [2 ** 20, 5000] as const;
    const lastSector = 2 ** 20 + 9 * 512;
    await expect(refuseSharedBytes(image([first, [lastSector, 100]]))).rejects.toThrow('use the bytes');
    await expect(refuseSharedBytes(image([first, [lastSector + 1, 100]]))).resolves.toBeUndefined();
  });

  it('leave a turn to everybody else between one sorting and the next, however many they are', async () => {
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    await refuseSharedBytes(image(packed(20_000)), 100);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(1);
  });

  it('are refused when one place is taken more often than can be sorted at once', async () => {
    const crowd = Array.from({ length: 2000 }, () => [2 ** 30 + 7, 30] as const);
    await expect(refuseSharedBytes(image([[0, 10], ...crowd]), 1000)).rejects.toThrow('use the bytes');
  });
});
