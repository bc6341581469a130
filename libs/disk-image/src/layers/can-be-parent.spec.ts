import { describe, expect, it } from 'vitest';
import { BufferSource } from '../source/byte-source.ts';
import { packIndex, unpackIndex } from '../store/cluster-index.ts';
import { sealStoredImage } from '../store/seal-stored-image.ts';
import { smallQcow2 } from '../testing/small-qcow2.ts';
import { canBeParent } from './can-be-parent.ts';

const DISK = 4 * 2 ** 20;
const index = unpackIndex(packIndex(DISK, { sizes: new Uint32Array(4), hashes: new Uint8Array(128), count: 0 }));

describe('an image that layers may be made on', () => {
  const { head } = sealStoredImage(DISK, []);
  const small = smallQcow2({ compression: 'zstd' });

  it.each([
    ['a stored image', head, index, true],
    ['one without an index', head, null, false],
    ['one with the index of another disk', sealStoredImage(2 * DISK, []).head, index, false],
    ['a qcow2 of small clusters', small, index, false],
    ['a raw disk', Buffer.alloc(DISK, 1), index, false],
    ['an empty file', Buffer.alloc(0), index, false],
  ])('is %s or not', async (_name, bytes, known, answer) => {
    expect(await canBeParent(new BufferSource(bytes), known)).toBe(answer);
  });

  it('is not judged by a source that fails', async () => {
    const gone = { size: DISK, read: () => Promise.reject(new Error('the store is away')) };
    await expect(canBeParent(gone, index)).rejects.toThrow('the store is away');
  });
});
