import { describe, expect, it } from 'vitest';
import { BufferSource, openDisk, openLayers, sealStoredImage, StoreWriter } from '../src/index.ts';
import type { PartRecord, SealedImage } from '../src/index.ts';
import { sampleDisk } from '../src/testing/index.ts';
import { seededBytes } from '../src/testing/sample-disk.ts';
import { MemoryParts, rawDisk, writeSmallParts } from './stored-object.ts';
import { changedDisk, changedSince, openStored, readBack, sources, storeLayer, storeWhole } from './stored-layers.ts';

const MIB = 2 ** 20;

describe('a layer', () => {
  it('is the same image as a full import of the same disk, and stores only what changed', async () => {
    const parent = await storeWhole(sampleDisk(1, 20 * MIB + 512));
    const content = changedDisk(
      parent.content,
      [
        { offset: 7 * MIB - 512, length: 1024, fill: 'changed' },
        { offset: 12 * MIB, length: 3 * MIB, fill: 0 },
      ],
      24 * MIB,
    );
    const layer = await storeLayer(content, parent);
    const whole = await storeWhole(content);
    expect(layer.indexHash).toBe(whole.indexHash);
    expect(sealStoredImage(content.length, layer.parts, parent.index).allocatedBytes).toBe(
      sealStoredImage(content.length, whole.parts).allocatedBytes,
    );
    const stored = (parts: readonly PartRecord[]): number => parts.reduce((sum, { size }) => sum + size, 0);
    expect(stored(layer.parts)).toBeLessThan(stored(whole.parts) / 4);
    expect(content.equals(await readBack(await openStored(layer, layer.index)))).toBe(true);
  });

  it('leaves out clusters that were written and are as they were', async () => {
    const parent = await storeWhole(sampleDisk(2, 8 * MIB));
    const sink = new MemoryParts();
    const layer = { parent: parent.index, changed: [0, 1, 2, 3, 4, 5, 6, 7] };
    const progress: number[] = [];
    const parts = await writeSmallParts(await rawDisk(parent.content), {
      sink,
      layer,
      progress: (bytes) => progress.push(bytes),
    });
    expect(parts).toEqual([]);
    expect(sealStoredImage(8 * MIB, parts, parent.index).indexHash).toBe(parent.indexHash);
    expect(progress.at(-1)).toBe(8 * MIB);
  });

  it('reads the changed clusters alone', async () => {
    const parent = await storeWhole(sampleDisk(3, 8 * MIB));
    const disk = await rawDisk(changedDisk(parent.content, [{ offset: 0, length: 8 * MIB, fill: 'all of it' }]));
    const sink = new MemoryParts();
    const progress: number[] = [];
    const layer = { parent: parent.index, changed: [2, 5] };
    const parts = await writeSmallParts(disk, { sink, layer, progress: (bytes) => progress.push(bytes) });
    expect(progress.at(-1)).toBe(2 * MIB);
    const object = sink.object(8 * MIB, parts, parent.index);
    const reader = await openLayers(sources([object, parent.object]));
    for (let cluster = 0; cluster < 8; cluster += 1) {
      const source = cluster === 2 || cluster === 5 ? disk : await rawDisk(parent.content);
      const expected = await source.read(cluster * MIB, MIB);
      expect((await reader.read(cluster * MIB, MIB)).equals(expected)).toBe(true);
    }
  });

  it('says zero of what its source does not even allocate', async () => {
    const parent = await storeWhole(Buffer.alloc(6 * MIB, 'parent'));
    const content = changedDisk(parent.content, [{ offset: MIB, length: 4 * MIB, fill: 0 }]);
    const sparse = await storeWhole(content); // whose clusters 1 to 4 are in no extent
    const { reader } = await openDisk(new BufferSource(sparse.object), 'qcow2');
    const sink = new MemoryParts();
    const parts = await writeSmallParts(reader, { sink, layer: { parent: parent.index, changed: [1, 2, 3, 4] } });
    expect(parts.map(({ size }) => size)).toEqual([512]); // no part is empty
    expect(parts[0]?.clusters.length).toBe(44); // one run
    const layers = sources([sink.object(content.length, parts, parent.index), parent.object]);
    expect(content.equals(await readBack(await openLayers(layers)))).toBe(true);
  });

  it('goes on after any part, redoing none, and ends as the same image', async () => {
    const parent = await storeWhole(Buffer.alloc(24 * MIB, 'parent'));
    const content = changedDisk(sampleDisk(5, 26 * MIB), [
      { offset: 0, length: MIB, fill: 0 },
      { offset: 3 * MIB, length: 8 * MIB, fill: seededBytes(1, 8 * MIB) },
      { offset: 11 * MIB, length: 2 * MIB, fill: 0 },
      { offset: 20 * MIB, length: 6 * MIB, fill: 0 },
    ]);
    const layer = { parent: parent.index, changed: changedSince(parent.content, content) };
    const first = new MemoryParts();
    const whole = await writeSmallParts(await rawDisk(content), { sink: first, layer });
    expect(whole.length).toBeGreaterThan(4);
    const { indexHash } = sealStoredImage(content.length, whole, parent.index);
    for (let kept = 0; kept <= whole.length; kept += 1) {
      const again = new MemoryParts();
      const done = whole.slice(0, kept);
      for (const { part_number } of done)
        again.bodies.set(part_number, first.bodies.get(part_number) ?? Buffer.alloc(0));
      const parts = await writeSmallParts(await rawDisk(content), { sink: again, done, layer });
      expect(again.records.map((part) => part.part_number)).toEqual(parts.slice(kept).map((part) => part.part_number));
      expect(sealStoredImage(content.length, parts, parent.index).indexHash).toBe(indexHash);
      const layers = sources([again.object(content.length, parts, parent.index), parent.object]);
      expect(content.equals(await readBack(await openLayers(layers)))).toBe(true);
    }
  });

  it('is written through the port of disk writers', async () => {
    const parent = await storeWhole(sampleDisk(6, 4 * MIB));
    const content = changedDisk(parent.content, [{ offset: MIB, length: MIB, fill: 'x' }]);
    const sink = new MemoryParts();
    const sealed = Promise.withResolvers<SealedImage>();
    const writer = new StoreWriter({
      done: [],
      sink,
      layer: { parent: parent.index, changed: [1] },
      seal: (image) => {
        sealed.resolve(image);
        return Promise.resolve();
      },
    });
    await writer.write(await rawDisk(content), { signal: new AbortController().signal, progress: () => undefined });
    expect((await sealed.promise).indexHash).toBe((await storeWhole(content)).indexHash);
  });

  it('is of no smaller disk, and of no cluster outside of it', async () => {
    const parent = await storeWhole(sampleDisk(7, 2 * MIB + 1024));
    const disk = await rawDisk(parent.content.subarray(0, 2 * MIB + 512));
    const sink = new MemoryParts();
    const write = (changed: number[]): Promise<unknown> => {
      return writeSmallParts(disk, { sink, layer: { parent: parent.index, changed } });
    };
    await expect(write([0])).rejects.toThrow('smaller than its parent');
    expect(() => sealStoredImage(2 * MIB + 512, [], parent.index)).toThrow('smaller than its parent');
    const outside = writeSmallParts(await rawDisk(parent.content), {
      sink,
      layer: { parent: parent.index, changed: [3] },
    });
    await expect(outside).rejects.toThrow('outside of a disk');
    expect(sink.records).toEqual([]);
  });

  it('is sealed as a layer, or not at all', async () => {
    const parent = await storeWhole(Buffer.alloc(4 * MIB, 'parent'));
    const { parts } = await storeLayer(changedDisk(parent.content, [{ offset: 0, length: MIB, fill: 0 }]), parent);
    expect(() => sealStoredImage(4 * MIB, parts)).toThrow('became zero and has no parent');
    const [part] = parts;
    if (!part) throw new Error('no part');
    const twice = [part, { ...part, part_number: 3 }];
    expect(() => sealStoredImage(4 * MIB, twice, parent.index)).toThrow('in two places');
  });
});
