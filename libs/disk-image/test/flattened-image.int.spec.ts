import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BufferSource,
  CountingSource,
  flattenedImage,
  flattenedSize,
  openDisk,
  sealStoredImage,
  StoredImageDamagedError,
  writeStoredImage,
} from '../src/index.ts';
import type { ByteSource, Extent } from '../src/index.ts';
import { sampleDisk, seededRandom } from '../src/testing/index.ts';
import { QemuImg } from './qemu-img.ts';
import { MemoryParts, rawDisk } from './stored-object.ts';
import { changedDisk, indexOff, readBack, sources, storeLayer, storeWhole } from './stored-layers.ts';
import type { StoredDisk } from './stored-layers.ts';

const MIB = 2 ** 20;

function flatten({ index, layers }: StoredDisk): Promise<ByteSource> {
  return flattenedImage(index, sources(layers));
}

async function flattenedBytes(disk: StoredDisk): Promise<Buffer> {
  const image = await flatten(disk);
  return image.read(0, image.size);
}

describe('the flattened form of layers', () => {
  let qemu: QemuImg;
  let deep: StoredDisk;
  let bytes: Buffer;
  beforeAll(async () => {
    qemu = await QemuImg.open();
    const base = await storeWhole(sampleDisk(1, 30 * MIB + 512));
    const zeroed = [
      { offset: 3 * MIB, length: 4 * MIB, fill: 0 },
      { offset: 9 * MIB - 5, length: 10, fill: 'x' },
    ];
    const middle = await storeLayer(changedDisk(base.content, zeroed), base);
    const grown = changedDisk(middle.content, [{ offset: 4 * MIB, length: 99, fill: 'again' }], 33 * MIB);
    deep = await storeLayer(grown, middle);
    bytes = await flattenedBytes(deep);
  });
  afterAll(() => qemu.close());

  it('is one sound qcow2 that qemu reads as the same disk', async () => {
    await qemu.file('flat', bytes);
    await qemu.file('model', deep.content);
    expect(await qemu.run('check -f qcow2 flat')).toContain('No errors were found');
    expect(await qemu.run('compare -f raw -F qcow2 model flat')).toContain('Images are identical.');
  });

  it('has the size that its index says, without its layers', () => {
    expect(flattenedSize(deep.index)).toBe(bytes.length);
  });

  it('is what a whole import of one part is, byte for byte', async () => {
    const sink = new MemoryParts();
    const [done, signal, progress] = [[], new AbortController().signal, (): void => undefined];
    const minPartSize = 64 * MIB;
    const parts = await writeStoredImage(await rawDisk(deep.content), { sink, done, signal, progress, minPartSize });
    expect(sealStoredImage(deep.content.length, parts).indexHash).toBe(deep.indexHash);
    expect(sink.object(deep.content.length, parts).equals(bytes)).toBe(true);
  });

  it('is read in ranges of any kind', async () => {
    const random = seededRandom(5);
    const image = await flatten(deep);
    const inFrames = image.size - 5 * MIB;
    for (let count = 0; count < 150; count += 1) {
      const offset = count % 3 === 0 ? Math.floor(random() * image.size) : 5 * MIB + Math.floor(random() * inFrames);
      const length = Math.floor(random() * Math.min(image.size - offset, count % 2 === 0 ? 700 : 3 * MIB));
      expect((await image.read(offset, length)).equals(bytes.subarray(offset, offset + length))).toBe(true);
      const target = Buffer.alloc(length, 0xee);
      await image.readInto?.(offset, target);
      expect(target.equals(bytes.subarray(offset, offset + length))).toBe(true);
    }
    for (const offset of [0, 5 * MIB, image.size]) expect(await image.read(offset, 0)).toEqual(Buffer.alloc(0));
    await expect(image.read(image.size - 1, 2)).rejects.toBeInstanceOf(RangeError);
    const stopped = image.read(0, image.size, AbortSignal.abort(new Error('enough')));
    await expect(stopped).rejects.toThrow('enough');
  });

  it('reads each frame of its layers once, by few ranges', async () => {
    const counted = sources(deep.layers).map((source) => new CountingSource(source));
    const image = await flattenedImage(deep.index, counted);
    const before = { reads: sum(counted.map(({ reads }) => reads)), bytes: sum(counted.map((each) => each.bytes)) };
    for (let at = 0; at < image.size; at += 8 * MIB) await image.read(at, Math.min(8 * MIB, image.size - at));
    const frames = image.size - 5 * MIB;
    expect(sum(counted.map((each) => each.bytes)) - before.bytes).toBeLessThan(frames * 1.3 + 2 * MIB);
    expect(sum(counted.map(({ reads }) => reads)) - before.reads).toBeLessThan(20);
  });

  it('gives out no frame that is not as long as the index says', async () => {
    const { index, object, packed } = await storeWhole(sampleDisk(2, 3 * MIB));
    for (const bytesMore of [1, -1]) {
      for (let entry = 0; entry < index.count; entry += 1) {
        const opening = flattenedImage(indexOff(packed, entry, bytesMore), sources([object]));
        const reading = opening.then((image) =>
          image.read(image.size - 512, 512).then(() => image.read(0, image.size)),
        );
        await expect(reading).rejects.toBeInstanceOf(StoredImageDamagedError);
      }
    }
  });

  it('is refused when the index is of other layers', async () => {
    const [top] = sources(deep.layers);
    if (!top) throw new Error('no layer');
    await expect(flattenedImage(deep.index, [top])).rejects.toThrow('No layer has cluster');
  });
});

describe('the same disk', () => {
  const CLUSTERS = 6;

  /** What a server does to its disk between two captures. */
  const change = fc.record({
    at: fc.nat({ max: CLUSTERS * 2048 - 1 }),
    sectors: fc.integer({ min: 1, max: 5000 }),
    fill: fc.constantFrom('zeros', 'text', 'old', 'random'),
  });
  const layer = fc.record({ changes: fc.array(change, { maxLength: 4 }), grow: fc.nat({ max: 3000 }) });
  const chains = fc.record({
    seed: fc.nat({ max: 1000 }),
    layers: fc.array(layer, { minLength: 1, maxLength: 5 }),
  });

  it('is flattened to the same bytes, whatever its chain is and was', async () => {
    const property = fc.asyncProperty(chains, async ({ seed, layers }) => {
      const noise = sampleDisk(seed + 1, MIB);
      const fills = { zeros: 0, text: `text ${seed} `, old: Buffer.alloc(512, 'old'), random: noise };
      const chain = [await storeWhole(sampleDisk(seed, CLUSTERS * MIB - (seed % 2048) * 512))];
      for (const { changes, grow } of layers) {
        const parent = chain[0];
        if (!parent) throw new Error('no parent');
        const size = parent.content.length + (grow > 1500 ? grow - 1500 : 0) * 512;
        const runs = changes.map(({ at, sectors, fill }) => ({ ...runOf(at, sectors, size), fill: fills[fill] }));
        chain.unshift(await storeLayer(changedDisk(parent.content, runs, size), parent));
      }
      const [top] = chain;
      if (!top) throw new Error('no disk');
      const bytes = await flattenedBytes(top);
      const { reader } = await openDisk(new BufferSource(bytes), 'qcow2');
      expect(top.content.equals(await readBack(reader))).toBe(true);
      expect(bytes.length).toBe(flattenedSize(top.index));
      // Flattened somewhere in the middle, and the layers above kept.
      for (let from = 1; from < chain.length; from += 1) {
        const middle = chain[from];
        if (!middle) continue;
        const flat = await flattenedBytes(middle);
        const shorter = { ...top, layers: [...top.layers.slice(0, from), flat] };
        expect((await flattenedBytes(shorter)).equals(bytes)).toBe(true);
      }
      const again = { ...top, layers: [bytes] };
      expect((await flattenedBytes(again)).equals(bytes)).toBe(true);
    });
    await fc.assert(property, { numRuns: 20 });
  });
});

function runOf(at: number, sectors: number, size: number): Extent {
  const offset = Math.min(at * 512, size - 512);
  return { offset, length: Math.min(sectors * 512, size - offset) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
