import { describe, expect, it } from 'vitest';
import {
  MAX_DATA_PARTS,
  MAX_FRAME_BYTES,
  MIN_PART_SIZE,
  partSize,
  STORED_CLUSTER_SIZE,
  storedLayout,
} from './layout.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

describe('the layout of a stored image', () => {
  it.each([512, MIB, 40 * GIB, 128 * GIB, 128 * GIB + 512, 500 * GIB, 1024 * GIB])(
    'has room for all of %i bytes',
    (virtualSize) => {
      const layout = storedLayout(virtualSize);
      const clusters = Math.ceil(virtualSize / MIB);
      expect(layout.l2Tables * (MIB / 8)).toBeGreaterThanOrEqual(clusters);
      const mostBytes = layout.headBytes + clusters * MAX_FRAME_BYTES + MAX_DATA_PARTS * 512;
      expect(layout.refcountBlocks * (MIB / 2)).toBeGreaterThanOrEqual(Math.ceil(mostBytes / MIB));
      expect(layout.headBytes).toBeGreaterThanOrEqual(5 * MIB);
      expect(layout.headBytes).toBeLessThanOrEqual(16 * MIB);
      expect(layout.headBytes % STORED_CLUSTER_SIZE).toBe(0);
    },
  );

  it.each([1, 50 * GIB, 1024 * GIB])(
    'takes no more parts than S3 allows for %i bytes of random data',
    (virtualSize) => {
      let left = Math.ceil(virtualSize / MIB);
      let parts = 0;
      while (left > 0) {
        const target = partSize(left, MAX_DATA_PARTS - parts);
        expect(target).toBeGreaterThanOrEqual(MIN_PART_SIZE);
        left -= Math.ceil(target / MAX_FRAME_BYTES);
        parts += 1;
      }
      expect(parts).toBeLessThanOrEqual(MAX_DATA_PARTS);
    },
  );
});
