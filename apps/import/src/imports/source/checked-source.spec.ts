import { createHash, randomBytes } from 'node:crypto';
import { BufferSource } from '@imago/disk-image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckedBlocks } from './checked-blocks.repository.ts';
import { CheckedSource } from './checked-source.ts';
import { BLOCK_HASH_BYTES, hashFile, hashOf } from './hash-file.ts';

const BLOCK = 64;
const signal = new AbortController().signal;

/** As {@link hashFile} makes them, of smaller blocks. */
function blocksOf(file: Buffer): CheckedBlocks {
  const blocks = Array.from({ length: Math.ceil(file.length / BLOCK) }, (_, at) =>
    hashOf(file.subarray(at * BLOCK, (at + 1) * BLOCK)),
  );
  return { block_size: BLOCK, hashes: Buffer.concat(blocks) };
}

const range = fc.record({
  size: fc.integer({ min: 1, max: 6 * BLOCK + 5 }),
  from: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  damaged: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe('a file whose checksum was right', () => {
  it('gives the bytes it had, in any range', async () => {
    await fc.assert(
      fc.asyncProperty(range, async ({ size, from, share }) => {
        const file = randomBytes(size);
        const offset = Math.floor(from * size);
        const length = Math.floor(share * (size - offset));
        const source = new CheckedSource(new BufferSource(file), blocksOf(file), 'https://host/file');
        expect((await source.read(offset, length)).equals(file.subarray(offset, offset + length))).toBe(true);
      }),
    );
  });

  it('gives nothing of a block that is another one by now, and everything else', async () => {
    await fc.assert(
      fc.asyncProperty(range, async ({ size, from, share, damaged }) => {
        const file = randomBytes(size);
        const blocks = blocksOf(file);
        const place = Math.floor(damaged * size);
        const other = Buffer.from(file);
        other[place] = (other[place] ?? 0) ^ 1;
        const offset = Math.floor(from * size);
        const length = Math.max(1, Math.floor(share * (size - offset)));
        const [first, last] = [Math.floor(offset / BLOCK), Math.floor((offset + length - 1) / BLOCK)];
        const isTouched = Math.floor(place / BLOCK) >= first && Math.floor(place / BLOCK) <= last;
        const reading = new CheckedSource(new BufferSource(other), blocks, 'https://host/file').read(offset, length);
        if (isTouched) await expect(reading).rejects.toMatchObject({ code: 'import.source_changed' });
        else expect((await reading).equals(file.subarray(offset, offset + length))).toBe(true);
      }),
    );
  });
});

describe('the hash of a file', () => {
  it.each([0, 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20 + 17])(
    'of %i bytes is that of all of it, and of each block',
    async (size) => {
      const file = randomBytes(size);
      const seen: number[] = [];
      const hashed = await hashFile(new BufferSource(file), {
        algorithm: 'sha512',
        signal,
        progress: (bytes) => seen.push(bytes),
      });
      expect(hashed.value).toBe(createHash('sha512').update(file).digest('hex'));
      expect(hashed.hashes).toHaveLength(Math.ceil(size / hashed.block_size) * BLOCK_HASH_BYTES);
      expect(seen.at(-1) ?? 0).toBe(size);
      const source = new CheckedSource(new BufferSource(file), hashed, 'https://host/file');
      expect((await source.read(0, size)).equals(file)).toBe(true);
    },
  );

  it('is of larger blocks when the file is large, so that their hashes stay few', async () => {
    const lengths: number[] = [];
    const read = (_offset: number, length: number): Promise<Buffer> => {
      lengths.push(length);
      return Promise.reject(new Error('far enough'));
    };
    const options = { algorithm: 'md5', signal, progress: () => undefined } as const;
    await expect(hashFile({ size: 2 ** 40, read }, options)).rejects.toThrow('far enough');
    expect(lengths).toEqual([8 * 2 ** 20]);
  });
});
