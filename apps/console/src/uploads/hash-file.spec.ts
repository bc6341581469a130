import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, md5Of } from './hash-file.ts';

describe('a file', () => {
  it.each([0, 1, 64, 1_000_003])('has the MD5 that the store computes: %d bytes', async (size) => {
    const bytes = randomBytes(size);
    expect(await md5Of(new Blob([bytes]))).toBe(createHash('md5').update(bytes).digest('hex'));
  });

  it('is known by its size and some of its bytes, whatever it is called', async () => {
    const bytes = randomBytes(3_000_000);
    const known = await fingerprintOf(new Blob([bytes]));
    expect(known).toMatch(/^imago-console [0-9a-f]{64}$/);
    expect(await fingerprintOf(new File([bytes], 'other'))).toBe(known);
    expect(await fingerprintOf(new Blob([bytes, new Uint8Array(1)]))).not.toBe(known);
    bytes[0] = (bytes[0] ?? 0) + 1;
    expect(await fingerprintOf(new Blob([bytes]))).not.toBe(known);
    expect(await fingerprintOf(new Blob(['a']))).not.toBe(await fingerprintOf(new Blob(['b'])));
  });
});
