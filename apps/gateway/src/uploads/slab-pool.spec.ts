import { describe, expect, it } from 'vitest';
import { SLAB, SlabPool } from './slab-pool.ts';

const NEVER = new AbortController().signal;

describe('the memory of an upload', () => {
  it('is given out piece by piece, each its own, and the last one used first', async () => {
    const pool = new SlabPool(3);
    const [first, second] = [await pool.take(3, NEVER), await pool.take(3, NEVER)];
    first.bytes.fill(1);
    second.bytes.fill(2);
    expect(first.bytes.every((byte) => byte === 1)).toBe(true);
    expect(Math.abs(first.offset - second.offset)).toBe(SLAB);
    first.filled = 5;
    pool.give(first);
    expect(await pool.take(3, NEVER)).toMatchObject({ offset: first.offset, filled: 0 });
  });

  it('is waited for when as much of it is out as may be, though there is more', async () => {
    const pool = new SlabPool(3);
    const first = await pool.take(1, NEVER);
    let taken = false;
    const second = pool.take(1, NEVER).then((slab) => {
      taken = true;
      return slab;
    });
    await Promise.resolve();
    expect(taken).toBe(false);
    pool.give(first);
    expect((await second).offset).toBe(first.offset);
  });

  it('is waited for no longer than the signal lets', async () => {
    const pool = new SlabPool(1);
    const abort = new AbortController();
    await pool.take(1, abort.signal);
    const waiting = pool.take(1, abort.signal);
    abort.abort(new Error('cut'));
    await expect(waiting).rejects.toThrow('cut');
  });
});
