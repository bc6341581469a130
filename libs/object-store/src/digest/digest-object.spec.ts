import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { OtherContentError } from './content-digests.ts';
import { type DigestOptions, digestObject } from './digest-object.ts';

const MIB = 2 ** 20;
const options = (change: Partial<DigestOptions> = {}): DigestOptions => ({
  partSizes: [],
  signal: new AbortController().signal,
  progress: () => undefined,
  ...change,
});
const hashOf = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex');

function inChunks(bytes: Buffer, size: number): Readable {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return Readable.from(chunks, { objectMode: false });
}

describe('the read-back of an object', () => {
  it('makes the hashes of the whole and a checksum of each part, in whatever chunks it comes', async () => {
    const bytes = randomBytes(20 * MIB + 12_345);
    const partSizes = [5 * MIB, 8 * MIB + 1, bytes.length - 13 * MIB - 1];
    let at = 0;
    const crc32s = partSizes.map((size) => crc32(bytes.subarray(at, (at += size))));
    for (const chunk of [65_536, 3 * MIB + 7]) {
      expect(await digestObject(inChunks(bytes, chunk), options({ partSizes }))).toEqual({
        size: bytes.length,
        md5: hashOf('md5', bytes),
        sha512: hashOf('sha512', bytes),
        crc32s,
      });
    }
  });

  it('needs one hash for content that is known, and says when it is another', async () => {
    const bytes = randomBytes(3 * MIB + 1);
    const known = { md5: hashOf('md5', bytes), sha512: hashOf('sha512', bytes) };
    const partSizes = [bytes.length];
    const proven = await digestObject(inChunks(bytes, MIB), options({ known, partSizes }));
    expect(proven).toEqual({ size: bytes.length, ...known, crc32s: [crc32(bytes)] });
    bytes.writeUInt8(bytes.readUInt8(MIB) ^ 1, MIB);
    await expect(digestObject(inChunks(bytes, MIB), options({ known }))).rejects.toThrow(OtherContentError);
  });

  it('is made by threads that wait for the next object, which has hashes of its own', async () => {
    const started = vi.fn();
    await digestObject(inChunks(randomBytes(MIB), MIB), options());
    process.on('worker', started);
    try {
      const bytes = randomBytes(MIB);
      const { md5, sha512 } = await digestObject(inChunks(bytes, MIB), options());
      expect([md5, sha512]).toEqual([hashOf('md5', bytes), hashOf('sha512', bytes)]);
    } finally {
      process.off('worker', started);
    }
    expect(started).not.toHaveBeenCalled();
  });

  it('tells how far it is, to the last byte', async () => {
    const seen: number[] = [];
    await digestObject(inChunks(Buffer.alloc(3 * MIB), MIB), options({ progress: (bytes) => seen.push(bytes) }));
    expect(seen).toEqual([MIB, 2 * MIB, 3 * MIB]);
  });

  it('has no checksum of a part that is cut short', async () => {
    const digests = await digestObject(inChunks(Buffer.alloc(10), 10), options({ partSizes: [4, 7] }));
    expect(digests).toMatchObject({ size: 10, crc32s: [crc32(Buffer.alloc(4))] });
  });

  it('ends with the reason of an abort, also while the store is silent', async () => {
    const abort = new AbortController();
    const silent = new Readable({ read: () => undefined });
    silent.push(Buffer.alloc(10));
    const digesting = digestObject(silent, options({ signal: abort.signal }));
    abort.abort(new Error('cancelled'));
    await expect(digesting).rejects.toThrow('cancelled');
    expect(silent.destroyed).toBe(true);
  });

  it('fails with the error of the store', async () => {
    const failing = new Readable({
      read() {
        this.destroy(new Error('connection reset'));
      },
    });
    await expect(digestObject(failing, options())).rejects.toThrow('connection reset');
  });
});
