import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CountingSource, openLayers, StoredImageDamagedError } from '../src/index.ts';
import type { ClusterIndex } from '../src/index.ts';
import { compressedOffset } from '../src/qcow2/format.ts';
import { storedLayout } from '../src/store/layout.ts';
import { storedFrame } from '../src/store/stored-frame.ts';
import { sampleDisk, smallQcow2 } from '../src/testing/index.ts';
import { describeDiskReader } from './describe-disk-reader.ts';
import { QemuImg } from './qemu-img.ts';
import {
  changedDisk,
  indexOff,
  indexWithout,
  openStored,
  readBack,
  sources,
  storeLayer,
  storeWhole,
} from './stored-layers.ts';
import type { StoredDisk } from './stored-layers.ts';

const MIB = 2 ** 20;

/** Four layers: writes over the borders of clusters, zeroed clusters and parts of them, data again, two growths. */
async function deepDisk(): Promise<StoredDisk> {
  const base = await storeWhole(sampleDisk(1, 9 * MIB + 23 * 512));
  const first = await storeLayer(
    changedDisk(base.content, [
      { offset: 3 * MIB - 700, length: 5000, fill: 'first layer ' },
      { offset: MIB, length: MIB, fill: 0 },
      { offset: 5 * MIB, length: 2 * MIB, fill: 0 },
    ]),
    base,
  );
  const second = await storeLayer(
    changedDisk(
      first.content,
      [
        { offset: 5 * MIB + 4096, length: 512, fill: 7 },
        { offset: 11 * MIB, length: MIB, fill: sampleDisk(2, MIB) },
      ],
      12 * MIB + 512,
    ),
    first,
  );
  return storeLayer(
    changedDisk(
      second.content,
      [
        { offset: 0, length: 100_000, fill: 'top ' },
        { offset: 12 * MIB + 512, length: 4096, fill: 'behind' },
      ],
      14 * MIB + 1024,
    ),
    second,
  );
}

let deep: StoredDisk;
beforeAll(async () => {
  deep = await deepDisk();
});

const close = (): Promise<void> => Promise.resolve();

describeDiskReader('layers', async () => ({ reader: await openStored(deep), content: deep.content, close }));

describeDiskReader('layers that are checked', async () => ({
  reader: await openStored(deep, deep.index),
  content: deep.content,
  close,
}));

describeDiskReader('a stored image without layers', async () => {
  const whole = await storeWhole(sampleDisk(3, 5 * MIB + 512));
  return { reader: await openStored(whole, whole.index), content: whole.content, close };
});

describe('layers', () => {
  let qemu: QemuImg;
  beforeAll(async () => {
    qemu = await QemuImg.open();
  });
  afterAll(() => qemu.close());

  it('never show the parent where a file was zeroed', async () => {
    const secret = changedDisk(Buffer.alloc(6 * MIB), [{ offset: MIB, length: 3 * MIB, fill: 'the private key ' }]);
    const parent = await storeWhole(secret);
    const zeroed = [{ offset: MIB + 300_000, length: 2 * MIB, fill: 0 }];
    const top = await storeLayer(changedDisk(secret, zeroed), parent);
    for (const reader of [await openStored(top), await openStored(top, top.index)]) {
      const file = await reader.read(MIB + 300_000, 2 * MIB);
      expect(file.includes('private')).toBe(false);
      expect(file.equals(Buffer.alloc(2 * MIB))).toBe(true);
      for await (const { index, data } of reader.clusters({ clusterSize: MIB })) {
        expect(data.equals(top.content.subarray(index * MIB, (index + 1) * MIB))).toBe(true);
        expect(index).not.toBe(2); // the one that is zero as a whole
      }
    }
    expect(l2Entry(top.object, 2)).toBe(1n);
  });

  it('are read by qemu as the same disk, and each is sound', async () => {
    const nodes = await Promise.all(
      deep.layers.map(async (object, at) => {
        await qemu.file(`layer-${at}`, object);
        expect(await qemu.run(`check -f qcow2 layer-${at}`)).toContain('No errors were found');
        const prefix = 'backing.'.repeat(at);
        return `${prefix}driver=qcow2,${prefix}file.driver=file,${prefix}file.filename=layer-${at}`;
      }),
    );
    await qemu.run(`convert --image-opts -O raw ${nodes.join(',')} composed`);
    expect(deep.content.equals(await readFile(qemu.path('composed')))).toBe(true);
  });

  it('are read once, each by few ranges, and nothing of a layer that is covered', async () => {
    const base = await storeWhole(sampleDisk(4, 40 * MIB));
    const content = changedDisk(base.content, [{ offset: 8 * MIB, length: 16 * MIB, fill: sampleDisk(5, 16 * MIB) }]);
    const top = await storeLayer(content, base);
    const counted = sources(top.layers).map((source) => new CountingSource(source));
    const reader = await openLayers(counted);
    expect(Math.max(...counted.map(({ reads }) => reads))).toBeLessThanOrEqual(4);
    const before = counted.map(({ reads, bytes }) => ({ reads, bytes }));
    let frames = 0;
    for await (const { pieces } of reader.encodedClusters({ clusterSize: MIB })) {
      for (const { encoding, start, end } of pieces) {
        expect(encoding).toBe('zstd'); // as its layer has it
        frames += end - start;
      }
    }
    const reads = counted.map((source, at) => source.reads - (before[at]?.reads ?? 0));
    const bytes = counted.map((source, at) => source.bytes - (before[at]?.bytes ?? 0));
    expect(Math.max(...reads)).toBeLessThanOrEqual(12);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(frames + 2 ** 20);
  });

  it('have zeros behind the end of a smaller parent, whatever its last frame holds there', async () => {
    const parent = await storeWhole(Buffer.alloc(MIB + 512, 'p'));
    const leaking = Buffer.from(parent.object);
    storedFrame(Buffer.alloc(MIB, 'p')).copy(leaking, frameOffset(leaking, 1));
    const grown = await storeLayer(changedDisk(parent.content, [], 2 * MIB), parent);
    const again = await storeLayer(changedDisk(grown.content, [{ offset: 0, length: 9, fill: 'x' }], 3 * MIB), grown);
    const layers = sources([...again.layers.slice(0, -1), leaking]);
    expect((await readBack(await openLayers(layers))).equals(again.content)).toBe(true);
    const exact = await storeLayer(changedDisk(parent.content, [{ offset: 0, length: 9, fill: 'y' }]), parent);
    const above = await storeLayer(changedDisk(exact.content, [], 4 * MIB), exact);
    const three = sources([...above.layers.slice(0, -1), leaking]);
    expect((await readBack(await openLayers(three))).equals(above.content)).toBe(true);
  });

  it('are opened as they are or not at all', async () => {
    const [top = Buffer.alloc(0), ...rest] = deep.layers;
    const refused = async (objects: readonly Buffer[], reason: string, index?: ClusterIndex): Promise<void> => {
      const opening = openLayers(sources(objects), index ? { index } : {});
      await expect(opening).rejects.toThrow(reason);
      if (index) await expect(opening).rejects.toBeInstanceOf(StoredImageDamagedError);
    };
    await refused([], 'one layer at least');
    await refused([...rest, top], 'larger than that of the layer above');
    await refused([top, smallQcow2({ compression: 'zstd' })], 'not of the stored format');
    await refused([top, Buffer.alloc(4096, 1)], 'Declared qcow2, found raw');
    await refused([top, ...rest.slice(1)], 'No layer has cluster', deep.index);
    await refused(rest, 'The index is of', deep.index);
    await refused(deep.layers, 'that the index does not know', indexWithout(deep.packed, 1));
    for (const bytes of [512, -512]) await refused(deep.layers, 'not as long', indexOff(deep.packed, 2, bytes));
    const plain = Buffer.concat([top, Buffer.alloc(2 * MIB)]);
    plain.writeBigUInt64BE((1n << 63n) | BigInt(plain.length - (plain.length % MIB) - MIB), l2Place(plain, 13));
    await refused([plain, ...rest], 'as no stored image does');
  });

  it('that were exchanged for others of the same form are found out before a byte is used', async () => {
    const base = await storeWhole(Buffer.alloc(4 * MIB, 'aaaa'));
    const other = await storeWhole(Buffer.alloc(4 * MIB, 'bbbb'));
    const top = await storeLayer(changedDisk(base.content, [{ offset: MIB, length: 512, fill: 1 }]), base);
    const reader = await openLayers(sources([top.object, other.object]), { index: top.index });
    await expect(reader.read(10, 10)).rejects.toBeInstanceOf(StoredImageDamagedError);
    await expect(reader.read(3 * MIB, 512)).rejects.toThrow('cluster 3 do not have its hash');
    expect((await reader.read(MIB + 5, 600)).equals(top.content.subarray(MIB + 5, MIB + 605))).toBe(true);
    for (const clusterSize of [2 ** 16, 2 ** 22]) {
      const reading = reader.encodedClusters({ clusterSize })[Symbol.asyncIterator]();
      await expect(readAll(reading)).rejects.toBeInstanceOf(StoredImageDamagedError);
    }
  });
});

async function readAll(items: AsyncIterator<unknown>): Promise<void> {
  while ((await items.next()).done !== true);
}

function l2Place(object: Buffer, cluster: number): number {
  return storedLayout(Number(object.readBigUInt64BE(24))).l2Offset + cluster * 8;
}

function l2Entry(object: Buffer, cluster: number): bigint {
  return object.readBigUInt64BE(l2Place(object, cluster));
}

function frameOffset(object: Buffer, cluster: number): number {
  const place = l2Place(object, cluster);
  return compressedOffset(object.readUInt32BE(place), object.readUInt32BE(place + 4), 20);
}
