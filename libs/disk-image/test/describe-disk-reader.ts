import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterOptions, DiskReader } from '../src/index.ts';
import { seededRandom } from '../src/testing/index.ts';

export interface ReaderUnderTest {
  readonly reader: DiskReader;
  /** What the guest sees. */
  readonly content: Buffer;
  readonly close: () => Promise<void>;
}

/** Everything the port promises; each source of disks runs it. The disk is larger than 3 MiB. */
export function describeDiskReader(name: string, make: () => Promise<ReaderUnderTest>): void {
  describe(`the disk reader port on ${name}`, () => {
    let reader: DiskReader;
    let content: Buffer;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ reader, content, close } = await make());
    });
    afterAll(() => close());

    it('has the size and the content of the disk', async () => {
      expect(reader.virtualSize).toBe(content.length);
      expect(content.equals(await reader.read(0, content.length))).toBe(true);
    });

    it('reads any range', async () => {
      const random = seededRandom(content.length);
      for (let count = 0; count < 60; count += 1) {
        const offset = Math.floor(random() * content.length);
        const length = Math.floor(random() * Math.min(content.length - offset, count % 2 === 0 ? 5000 : 3e6));
        const read = await reader.read(offset, length);
        expect(read.equals(content.subarray(offset, offset + length))).toBe(true);
      }
    });

    it('refuses a range outside of the disk', async () => {
      await expect((async () => reader.read(content.length - 1, 2))()).rejects.toBeInstanceOf(RangeError);
    });

    it('has zeros outside of its extents, which ascend', () => {
      let end = 0;
      for (const extent of reader.extents()) {
        expect(extent.offset).toBeGreaterThanOrEqual(end);
        expect(extent.length).toBeGreaterThan(0);
        expect(isZero(content.subarray(end, extent.offset))).toBe(true);
        end = extent.offset + extent.length;
      }
      expect(end).toBeLessThanOrEqual(content.length);
      expect(isZero(content.subarray(end))).toBe(true);
    });

    it.each([2 ** 16, 2 ** 20, 2 ** 22])(
      'gives every cluster of %i bytes once, unless it is zero',
      async (clusterSize) => {
        const seen = new Set<number>();
        for await (const { index, data } of reader.clusters({ clusterSize })) {
          expect(seen.has(index)).toBe(false);
          seen.add(index);
          expect(data.equals(content.subarray(index * clusterSize, (index + 1) * clusterSize))).toBe(true);
        }
        for (let index = 0; index * clusterSize < content.length; index += 1) {
          const left = content.subarray(index * clusterSize, (index + 1) * clusterSize);
          expect(seen.has(index) || isZero(left)).toBe(true);
        }
      },
    );

    it('leaves out what is to be skipped', async () => {
      const all = await indexes(reader);
      const skipped = await indexes(reader, { skip: (index) => index % 2 === 0 });
      expect(skipped).toEqual(all.filter((index) => index % 2 === 1));
    });

    it('gives the clusters in the same order each time, so that a writer can go on', async () => {
      expect(await indexes(reader)).toEqual(await indexes(reader));
    });

    it('stops when it is told to', async () => {
      const abort = new AbortController();
      const clusters = reader.clusters({ clusterSize: 2 ** 16, signal: abort.signal });
      await clusters[Symbol.asyncIterator]().next();
      abort.abort(new Error('enough'));
      await expect(indexes(reader, { signal: abort.signal })).rejects.toThrow('enough');
      await expect((async () => reader.read(0, 512, abort.signal))()).rejects.toThrow('enough');
    });
  });
}

async function indexes(reader: DiskReader, options: Omit<ClusterOptions, 'clusterSize'> = {}): Promise<number[]> {
  const found: number[] = [];
  for await (const { index } of reader.clusters({ clusterSize: 2 ** 20, ...options })) found.push(index);
  return found;
}

const ZEROS = Buffer.alloc(2 ** 22);

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const some = bytes.subarray(at, at + ZEROS.length);
    if (!some.equals(ZEROS.subarray(0, some.length))) return false;
  }
  return true;
}
