import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferSource, FileSource, openDisk, sealStoredImage, STORED_CLUSTER_SIZE, unpackIndex } from '../src/index.ts';
import type { PartRecord } from '../src/index.ts';
import { HOSTILE_WHEN_READ, sampleDisk } from '../src/testing/index.ts';
import { QemuImg } from './qemu-img.ts';
import { MemoryParts, rawDisk, writeSmallParts } from './stored-object.ts';

const MIB = 2 ** 20;

async function readBack(object: Buffer): Promise<Buffer> {
  const { reader } = await openDisk(new BufferSource(object), 'qcow2');
  return reader.read(0, reader.virtualSize);
}

describe('a stored image', () => {
  let qemu: QemuImg;
  beforeAll(async () => {
    qemu = await QemuImg.open();
  });
  afterAll(() => qemu.close());

  it('has the same index, however its source was written', async () => {
    const content = sampleDisk(7, 12 * MIB + 512);
    await qemu.file('disk.raw', content);
    const hashes = new Set<string>();
    for (const options of ['', '-c', '-c -W -m 16 -o compression_type=zstd', '-W -m 16 -o cluster_size=4k']) {
      const command = `convert -f raw -O qcow2 ${options} disk.raw disk.qcow2`.replace('  ', ' ');
      await qemu.run(command);
      const source = await FileSource.open(qemu.path('disk.qcow2'));
      const { reader } = await openDisk(source, 'qcow2');
      hashes.add(sealStoredImage(content.length, await writeSmallParts(reader, { sink: new MemoryParts() })).indexHash);
      await source.close();
    }
    const parts = await writeSmallParts(await rawDisk(content), { sink: new MemoryParts() });
    hashes.add(sealStoredImage(content.length, parts).indexHash);
    expect(hashes.size).toBe(1);
  });

  it('of a TiB has its tables where qemu finds them', async () => {
    await qemu.run(`create -f qcow2 large.qcow2 ${1024 * 1024 * MIB}`);
    for (const at of ['0', '130G', '600G', '1048575M']) await qemu.io('large.qcow2', `write -P 7 ${at} 1M`);
    const source = await FileSource.open(qemu.path('large.qcow2'));
    const { reader, inspection } = await openDisk(source, 'qcow2');
    expect(inspection.allocatedBytes).toBe(4 * MIB);
    const sink = new MemoryParts();
    const parts = await writeSmallParts(reader, { sink });
    await source.close();
    await qemu.file('stored.qcow2', sink.object(reader.virtualSize, parts));
    expect(await qemu.run('check -f qcow2 stored.qcow2')).toContain('No errors were found');
    expect(await qemu.run('compare -f qcow2 -F qcow2 large.qcow2 stored.qcow2')).toContain('Images are identical.');
  });

  it('says in its index what every cluster is', async () => {
    const content = sampleDisk(8, 6 * MIB + 512);
    const { index, indexHash, allocatedBytes, head, size } = await sealed(content);
    const { virtualSize, clusters } = unpackIndex(index);
    expect(virtualSize).toBe(content.length);
    const indexes = clusters.map((cluster) => cluster.index);
    expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
    expect(indexHash).toMatch(/^[0-9a-f]{64}$/);
    expect(head.length).toBeGreaterThanOrEqual(5 * MIB);
    expect(size).toBeGreaterThan(head.length);
    const bytes = indexes.map((at) => Math.min(MIB, content.length - at * MIB));
    expect(allocatedBytes).toBe(bytes.reduce((sum, each) => sum + each, 0));
    for (const { index: at, hash } of clusters) {
      const cluster = Buffer.alloc(MIB);
      content.copy(cluster, 0, at * MIB, (at + 1) * MIB);
      expect(Buffer.from(hash).toString('hex')).toBe(await sha256(cluster));
    }
  });

  it('of a disk without data is its head alone', async () => {
    const parts = await writeSmallParts(await rawDisk(Buffer.alloc(4 * MIB)), { sink: new MemoryParts() });
    expect(parts).toEqual([]);
    const { head, size, allocatedBytes } = sealStoredImage(4 * MIB, parts);
    expect([size, allocatedBytes]).toEqual([head.length, 0]);
    expect((await readBack(head)).equals(Buffer.alloc(4 * MIB))).toBe(true);
  });

  it('is what its source is, whatever clusters that has', async () => {
    const kinds = fc.array(fc.constantFrom('zero', 'same', 'text', 'random', 'edge'), { minLength: 1, maxLength: 12 });
    const property = fc.asyncProperty(kinds, fc.nat({ max: 2047 }), async (clusters, lastSectors) => {
      const content = diskOf(clusters).subarray(0, clusters.length * MIB - lastSectors * 512);
      const sink = new MemoryParts();
      const parts = await writeSmallParts(await rawDisk(content), { sink });
      expect(content.equals(await readBack(sink.object(content.length, parts)))).toBe(true);
    });
    await fc.assert(property, { numRuns: 15 });
  });
});

describe('a writer that goes on', () => {
  it('redoes nothing that is stored and ends with the same image, whatever part it stopped at', async () => {
    const content = sampleDisk(11, 24 * MIB);
    const first = new MemoryParts();
    const whole = await writeSmallParts(await rawDisk(content), { sink: first });
    const { indexHash } = sealStoredImage(content.length, whole);
    expect(whole.length).toBeGreaterThan(4);
    for (let kept = 0; kept <= whole.length; kept += 1) {
      const done = whole.slice(0, kept);
      const again = new MemoryParts();
      for (const { part_number } of done)
        again.bodies.set(part_number, first.bodies.get(part_number) ?? Buffer.alloc(0));
      const progress: number[] = [];
      const parts = await writeSmallParts(await rawDisk(content), {
        sink: again,
        done,
        progress: (bytes) => progress.push(bytes),
      });
      expect(again.records.map((part) => part.part_number)).toEqual(parts.slice(kept).map((part) => part.part_number));
      expect(content.equals(await readBack(again.object(content.length, parts)))).toBe(true);
      expect(sealStoredImage(content.length, parts).indexHash).toBe(indexHash);
      expect(progress.at(-1)).toBe(content.length);
    }
  });

  it('refuses parts with a gap', async () => {
    const disk = await rawDisk(sampleDisk(11, 8 * MIB));
    const [, ...later] = await writeSmallParts(disk, { sink: new MemoryParts() });
    await expect(writeSmallParts(disk, { sink: new MemoryParts(), done: later })).rejects.toThrow('Part 2');
  });
});

describe('a writer that cannot go on', () => {
  it('says why a part was not stored, after the other uploads have ended', async () => {
    let running = 0;
    const sink = {
      store: async (record: PartRecord, _body: readonly Buffer[], signal: AbortSignal): Promise<void> => {
        running += 1;
        try {
          if (record.part_number === 3) throw new Error('the store is full');
          if (record.part_number > 1) await aborted(signal);
        } finally {
          running -= 1;
        }
      },
    };
    await expect(writeSmallParts(await rawDisk(sampleDisk(12, 24 * MIB)), { sink })).rejects.toThrow(
      'the store is full',
    );
    expect(running).toBe(0);
  });

  it('ends at once when it is stopped before it begins', async () => {
    const sink = new MemoryParts();
    const stopped = writeSmallParts(await rawDisk(sampleDisk(12, 4 * MIB)), {
      sink,
      signal: AbortSignal.abort(new Error('no')),
    });
    await expect(stopped).rejects.toThrow('no');
    expect(sink.records).toEqual([]);
  });

  it.each(HOSTILE_WHEN_READ)('refuses $name', async ({ bytes, declared, code }) => {
    const { reader } = await openDisk(new BufferSource(bytes), declared);
    await expect(writeSmallParts(reader, { sink: new MemoryParts() })).rejects.toMatchObject({
      name: 'InspectionRefusal',
      code,
    });
  });

  it('has no use for records that do not fit together', async () => {
    const content = sampleDisk(13, 6 * MIB);
    const parts = await writeSmallParts(await rawDisk(content), { sink: new MemoryParts() });
    const [first] = parts;
    if (!first) throw new Error('no part');
    expect(() => sealStoredImage(content.length, parts.slice(1))).toThrow('Part 2 is missing');
    expect(() => sealStoredImage(MIB, parts)).toThrow('outside of the image');
    expect(() => sealStoredImage(content.length, [{ ...first, size: 100 }])).toThrow('outside of the image');
    expect(() => sealStoredImage(content.length, [first, { ...first, part_number: 3 }])).toThrow('in two places');
    expect(() => sealStoredImage(content.length, [{ ...first, clusters: first.clusters.subarray(1) }])).toThrow(
      'cut short',
    );
  });
});

async function sealed(content: Buffer): Promise<ReturnType<typeof sealStoredImage>> {
  return sealStoredImage(content.length, await writeSmallParts(await rawDisk(content), { sink: new MemoryParts() }));
}

async function sha256(bytes: Buffer): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))).toString('hex');
}

function diskOf(clusters: readonly string[]): Buffer {
  const disk = Buffer.alloc(clusters.length * STORED_CLUSTER_SIZE);
  const sample = sampleDisk(clusters.length, 2 * MIB);
  clusters.forEach((kind, at) => {
    const cluster = disk.subarray(at * MIB, (at + 1) * MIB);
    if (kind === 'same') cluster.fill(0x5a);
    if (kind === 'text') cluster.fill(`cluster ${at} of a disk\n`);
    if (kind === 'random')
      crypto.getRandomValues(new Uint8Array(65_536)).forEach((byte, place) => (cluster[place * 16] = byte));
    if (kind === 'edge') cluster[MIB - 1] = 1;
    if (kind === 'text' && at % 3 === 0) sample.copy(cluster, 4096, at * 512);
  });
  return disk;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, failed) => {
    const stop = (): void => {
      failed(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
