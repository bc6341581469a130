import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ByteSource, BufferSource, type Compression, unpack } from '../index.ts';
import { HOSTILE_PACKED, sampleDisk, XZ_SAMPLE } from '../testing/index.ts';

const disk = sampleDisk(5, 3 * 2 ** 20);

const RANGE = 4 * 2 ** 20;
const TWO_STREAMS: [Buffer, Buffer] = [
  Buffer.concat([XZ_SAMPLE.packed, Buffer.alloc(RANGE - XZ_SAMPLE.packed.length), XZ_SAMPLE.packed]),
  Buffer.concat([XZ_SAMPLE.content, XZ_SAMPLE.content]),
];

async function unpacked(source: ByteSource, compression: Compression, mostBytes = 2 ** 30): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of unpack(source, { compression, mostBytes, signal: new AbortController().signal })) {
    parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}

async function countUnpacked(source: ByteSource): Promise<number> {
  let bytes = 0;
  const options = { compression: 'xz', mostBytes: 2 ** 30, signal: new AbortController().signal } as const;
  for await (const part of unpack(source, options)) bytes += part.length;
  return bytes;
}

describe('a packed file', () => {
  it.each<[Compression, string, Buffer, Buffer]>([
    ['gzip', '', gzipSync(disk), disk],
    ['gzip', ' of two members', Buffer.concat([gzipSync(disk), gzipSync(disk)]), Buffer.concat([disk, disk])],
    ['gzip', ' with zeros behind it', Buffer.concat([gzipSync(disk), Buffer.alloc(100)]), disk],
    ['zstd', '', zstdCompressSync(disk), disk],
    ['xz', '', XZ_SAMPLE.packed, XZ_SAMPLE.content],
    ['xz', ' padded with zeros', Buffer.concat([XZ_SAMPLE.packed, Buffer.alloc(4096)]), XZ_SAMPLE.content],
    ['xz', ' of two streams, with a range between them', ...TWO_STREAMS],
  ])('of %s%s is unpacked, whole', async (compression, _name, packed, content) => {
    expect((await unpacked(new BufferSource(packed), compression)).equals(content)).toBe(true);
  });

  it.each(HOSTILE_PACKED)('is refused when it is $name', async ({ bytes, compression, mostBytes, code }) => {
    await expect(unpacked(new BufferSource(bytes), compression, mostBytes)).rejects.toMatchObject({ code });
  });

  it.each([
    ['', gzipSync(randomBytes(9 * 2 ** 20))],
    [' with what it is padded with', Buffer.concat([gzipSync(disk), Buffer.alloc(13 * 2 ** 20)])],
  ])('is shown to who asks, every byte of it once%s', async (_name, packed) => {
    const seen: Buffer[] = [];
    const options = { mostBytes: 2 ** 30, signal: new AbortController().signal };
    const onPacked = (bytes: Buffer): unknown => seen.push(Buffer.from(bytes));
    for await (const part of unpack(new BufferSource(packed), { ...options, compression: 'gzip', onPacked })) {
      expect(part.length).toBeGreaterThan(0);
    }
    expect(Buffer.concat(seen).equals(packed)).toBe(true);
  });

  it.each(['gzip', 'zstd', 'xz'] as const)(
    'of %s that cannot be read fails for that, and not as damaged',
    async (how) => {
      const packed = { gzip: gzipSync(disk), zstd: zstdCompressSync(disk), xz: XZ_SAMPLE.packed }[how];
      let reads = 0;
      const source: ByteSource = {
        size: packed.length,
        read: (offset, length) => {
          reads += 1;
          if (reads > 2) return Promise.reject(new Error('the server is gone'));
          return Promise.resolve(packed.subarray(offset, offset + length));
        },
      };
      const ends = reads;
      expect(ends).toBe(0);
      if (packed.length <= 320 * 1024) reads = 1; // its ends are one read
      await expect(unpacked(source, how)).rejects.toThrow('the server is gone');
    },
  );

  it('of xz is unpacked while another one waits for its source', async () => {
    const { packed, content } = XZ_SAMPLE;
    const many = Buffer.concat(Array.from({ length: 4000 }, () => packed));
    const asked = Promise.withResolvers<undefined>();
    const goesOn = Promise.withResolvers<undefined>();
    const slow: ByteSource = {
      size: many.length,
      read: async (offset, length) => {
        if (length > 2 ** 18 + 2 ** 17) {
          // more than its ends
          asked.resolve(undefined);
          await goesOn.promise;
        }
        return many.subarray(offset, offset + length);
      },
    };
    const stalled = countUnpacked(slow);
    await asked.promise;
    expect((await unpacked(new BufferSource(packed), 'xz')).equals(content)).toBe(true);
    goesOn.resolve(undefined);
    expect(await stalled).toBe(content.length * 4000);
  });

  it.each(['gzip', 'xz'] as const)('of %s stops when it is told to', async (compression) => {
    const abort = new AbortController();
    const options = { compression, mostBytes: 2 ** 30, signal: abort.signal } as const;
    const xz = Buffer.concat(Array.from({ length: 1000 }, () => XZ_SAMPLE.packed));
    const parts = unpack(new BufferSource(compression === 'xz' ? xz : gzipSync(disk)), options);
    await parts.next();
    abort.abort(new Error('enough'));
    await expect(
      (async () => {
        for await (const part of parts) expect(part.length).toBeGreaterThan(0);
      })(),
    ).rejects.toThrow(/^enough$/);
  });
});
