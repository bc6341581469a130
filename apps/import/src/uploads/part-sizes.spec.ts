import { describe, expect, it } from 'vitest';
import { firstPartSize } from './part-sizes.ts';

const MIB = 2 ** 20;

/** As the contract of `import.openUpload` says it. */
function capacity(partSize: number): number {
  let bytes = 0;
  for (let number = 1; number <= 10_000; number++) bytes += partSize * Math.ceil(number / 1000);
  return bytes;
}

describe('the size of parts', () => {
  it('is 16 MiB for everything up to hundreds of gibibytes', () => {
    expect(firstPartSize(0)).toBe(16 * MIB);
    expect(firstPartSize(800 * 2 ** 30)).toBe(16 * MIB);
  });

  it.each([2 ** 30, 2 ** 40, 2 ** 40 + 1, 5 * 2 ** 40])('lets %d bytes fit into the parts a store takes', (bytes) => {
    expect(capacity(firstPartSize(bytes))).toBeGreaterThanOrEqual(bytes);
    expect(firstPartSize(bytes) % MIB).toBe(0);
  });
});
