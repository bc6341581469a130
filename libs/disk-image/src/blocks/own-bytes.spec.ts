import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../source/byte-source.ts';
import { requireOwnBytes } from './own-bytes.ts';

const UNIT = 512;
const BLOCK = 4096;
const SPACING = BLOCK / UNIT;

/** Blocks one behind the other from 1 MiB on, the last of the disk first, and every third is not in the file. */
function placed(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, block) => (block % 3 === 1 ? 0 : 2048 + (count - block) * SPACING));
}

/** Judges blocks of a file that ends where the last of them do; nothing of it is read. */
async function judge(places: Uint32Array, { end = 0, signal }: Partial<Asked> = {}): Promise<Uint32Array> {
  const size = end || (2048 + (places.length + 1) * SPACING) * UNIT;
  const source: ByteSource = { size, read: () => Promise.reject(new Error('Nothing is read')) };
  const blocks = { places, unit: UNIT, bytes: BLOCK, lastBytes: UNIT };
  return requireOwnBytes(blocks, [{ start: 0, end: 2 ** 20 }], { source, signal });
}

interface Asked {
  readonly end: number;
  readonly signal: AbortSignal;
}

/** Counts the turns that others have meanwhile. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work.finally(() => (isOver = true));
  return turns;
}

describe('the blocks of a table', () => {
  it('are answered in the order of the file, and others have their turns meanwhile, however many they are', async () => {
    const places = placed(2 ** 21);
    const judged = judge(places);
    expect(await turnsDuring(judged)).toBeGreaterThan(15);
    const ordered = places.toReversed().filter((place) => place !== 0);
    expect(Buffer.from(ordered.buffer).equals(Buffer.from((await judged).buffer))).toBe(true);
  });

  it('are refused when two share a byte, wherever in the file', async () => {
    const places = placed(2 ** 19);
    for (const block of [2, 300_002, places.length - 2]) {
      const place = places[block] ?? 0;
      for (const other of [place - SPACING + 1, place, place + SPACING - 1]) {
        await expect(judge(places.with(4, other))).rejects.toMatchObject({ code: 'image.overlap' });
      }
    }
  });

  it('are refused when all are one, a table or outside', async () => {
    const crowd = new Uint32Array(2 ** 19).fill(4096);
    await expect(judge(crowd)).rejects.toMatchObject({ code: 'image.overlap' });
    await expect(judge(placed(100).with(50, 2047))).rejects.toMatchObject({ code: 'image.overlap' });
    await expect(judge(placed(100).with(50, 2 ** 32 - 1))).rejects.toMatchObject({ code: 'image.offset_out_of_file' });
  });

  it('may end with the file where the last of the disk does, and no other', async () => {
    const place = 4096;
    const end = (place + 1) * UNIT;
    await expect(judge(Uint32Array.of(0, place), { end })).resolves.toEqual(Uint32Array.of(place));
    await expect(judge(Uint32Array.of(place, 0), { end })).rejects.toMatchObject({ code: 'image.offset_out_of_file' });
  });

  it('are not looked at any longer once nobody waits', async () => {
    const stop = new AbortController();
    const judged = judge(placed(2 ** 21), { signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(judged).rejects.toThrow('stopped');
  });
});
