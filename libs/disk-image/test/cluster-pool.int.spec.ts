import { describe, expect, it, vi } from 'vitest';
import { STORED_CLUSTER_SIZE } from '../src/index.ts';
import { sampleDisk } from '../src/testing/index.ts';
import { withClusterPool } from '../src/work/cluster-pool.ts';
import type { LentPool } from '../src/work/cluster-pool.ts';
import { CompressionSlots } from '../src/work/compression-slots.ts';

const BROKEN = {
  slot: new SharedArrayBuffer(16),
  index: 0,
  length: STORED_CLUSTER_SIZE,
  pieces: Float64Array.of(0, 0, 9, 9, 0, 0, 999),
};

async function compressOne(pool: LentPool): Promise<string> {
  const bytes = sampleDisk(1, STORED_CLUSTER_SIZE);
  const [at, length] = [0, bytes.length];
  const piece = { at, length, encoding: 'plain', unit: length, from: 0, start: 0, end: length, bytes } as const;
  const { type } = await new CompressionSlots(pool).compress({ index: 0, length, pieces: [piece] });
  return type;
}

describe('the threads that compress', () => {
  it('are lent to several writers at once', async () => {
    const types = await Promise.all([1, 2, 3].map(() => withClusterPool(compressOne)));
    expect(types).toEqual(['frame', 'frame', 'frame']);
  });

  it('wait for the next writer when nobody needs them', async () => {
    await withClusterPool(compressOne);
    const started = vi.fn();
    process.on('worker', started);
    try {
      expect(await withClusterPool(compressOne)).toBe('frame');
    } finally {
      process.off('worker', started);
    }
    expect(started).not.toHaveBeenCalled();
  });

  it('fail whoever waits for them when one dies, and the next writer has new ones', async () => {
    const failed = withClusterPool(async (pool) => {
      const waiting = Promise.allSettled([pool.run(BROKEN), compressOne(pool), compressOne(pool), compressOne(pool)]);
      const [broken] = await waiting;
      if (broken.status === 'rejected') throw broken.reason;
      return compressOne(pool);
    });
    await expect(failed).rejects.toThrow('A compression thread failed');
    expect(await withClusterPool(compressOne)).toBe('frame');
  });
});
