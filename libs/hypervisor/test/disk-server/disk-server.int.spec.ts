import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDisk } from '@imago/disk-image';
import { sampleDisk } from '@imago/disk-image/testing';
import { eventually, trials } from '@imago/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BaseImage } from '../../src/index.ts';
import { DiskServerUnderTest, qemuTool } from './disk-server-under-test.ts';
import { ImageStore } from './image-store.ts';
import { NbdClient } from './nbd-client.ts';

const MIB = 2 ** 20;
const EIO = 5;
/** No whole number of clusters. */
const SIZE = 9 * MIB + 23 * 512;

describe('the disk server', () => {
  let images: ImageStore;
  let server: DiskServerUnderTest;
  let files: string;
  const content = sampleDisk(21, SIZE);

  beforeAll(async () => {
    images = await ImageStore.open();
    files = await mkdtemp(join(tmpdir(), 'disks-files-'));
    await writeFile(join(files, 'disk.raw'), content);
  });
  afterAll(async () => {
    await images.close();
    await rm(files, { recursive: true });
  });
  beforeEach(async () => {
    server = await DiskServerUnderTest.start(images.proxied());
  });
  afterEach(() => server.close());

  const qemu = (tool: string, ...args: string[]): Promise<string> => qemuTool(images.env.qemu.qemuImg, tool, args);

  async function compared(image: BaseImage): Promise<string> {
    const uri = await server.export(image);
    return qemu('qemu-img', 'compare', '-f', 'raw', '-F', 'raw', join(files, 'disk.raw'), uri);
  }

  it('gives qemu the disk of a stored image, from the store and from its cache', async () => {
    const image = await images.storeImage(content);
    expect(await compared(image)).toContain('Images are identical.');
    expect(await compared(image)).toContain('Images are identical.');
  });

  it('gives qemu the disk in a raw file that was uploaded', async () => {
    expect(await compared(await images.storeFile(content, 'raw'))).toContain('Images are identical.');
  });

  it.each(['', '-c', '-c -o compression_type=zstd', '-o cluster_size=4k', '-o cluster_size=2M'])(
    'gives qemu the disk in a qcow2 that was uploaded: %s',
    async (options) => {
      const file = join(files, 'upload.qcow2');
      const flags = options.split(' ').filter((each) => each !== '');
      await qemu('qemu-img', 'convert', '-O', 'qcow2', '-f', 'raw', ...flags, join(files, 'disk.raw'), file);
      const image = await images.storeFile(await readFile(file), 'qcow2', content.length);
      expect(await compared(image)).toContain('Images are identical.');
    },
  );

  it('gives any range of a disk, wherever it begins and ends', async () => {
    const image = await images.storeImage(content);
    await server.export(image);
    const client = await NbdClient.open(server.socket, image.object_id);
    const range = fc.tuple(fc.nat({ max: SIZE - 1 }), fc.integer({ min: 1, max: 4 * MIB }));
    const property = fc.asyncProperty(range, async ([start, length]) => {
      const wanted = content.subarray(start, start + length);
      expect((await client.read(start, wanted.length)).data.equals(wanted)).toBe(true);
    });
    await fc.assert(property, { numRuns: trials(60) });
    client.close();
  });

  it('is a disk that cannot be written', async () => {
    const uri = await server.export(await images.storeImage(content));
    const nbd = await qemu('qemu-io', '-f', 'raw', '-c', 'write 0 4k', uri);
    expect(nbd).toContain('Permission denied');
    expect(await qemu('qemu-nbd', '--list', '-k', server.socket)).toContain('exports available: 0');
  });

  it('does not know what was not exported, or is no object id', async () => {
    const names = ['6b0f9a8e-0000-4000-8000-000000000000', '..', '../exports/x', 'x'.repeat(4096), '', 'Ä'];
    for (const name of names)
      await expect(NbdClient.open(server.socket, name)).rejects.toThrow('refused with 214748365');
  });

  it('takes no object for an image whose size or disk is another', async () => {
    const image = await images.storeImage(content);
    for (const wrong of [
      { ...image, size: String(Number(image.size) - 1) },
      { ...image, virtual_size: String(SIZE + 512) },
      { ...image, disk_format: 'raw' as const },
      { ...image, key: `${image.key}0` },
    ]) {
      await server.export(wrong);
      await expect(NbdClient.open(server.socket, image.object_id)).rejects.toThrow('refused');
    }
    await server.export(image);
    const client = await NbdClient.open(server.socket, image.object_id);
    client.close();
  });

  it('opens a large image with as many requests as a small one', async () => {
    const counts: number[] = [];
    for (const size of [2, 20]) {
      const file = join(files, `sparse-${size}`);
      await qemu('qemu-img', 'create', '-f', 'qcow2', file, `${size}G`);
      await qemu('qemu-io', '-f', 'qcow2', '-c', `write -P 5 ${size - 1}G 3M`, '-c', 'write -P 6 1M 1M', file);
      const { reader } = await openDisk(await fileSource(file), 'qcow2');
      const image = await images.storeDisk(reader);
      await server.export(image);
      const before = images.proxy.requests;
      const client = await NbdClient.open(server.socket, image.object_id);
      expect((await client.read((size - 1) * 1024 * MIB + 5, 7)).data).toEqual(Buffer.alloc(7, 5));
      client.close();
      counts.push(images.proxy.requests - before);
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBeLessThanOrEqual(7);
  });

  it('reads a cluster from the store once, however many want it at once', async () => {
    const image = await images.storeImage(content);
    await server.export(image);
    const clients = await Promise.all(Array.from({ length: 8 }, () => NbdClient.open(server.socket, image.object_id)));
    await clients[0]?.read(0, 512); // the index is there
    const before = images.proxy.requests;
    const readTwice = async (client: NbdClient): Promise<void> => {
      for (const at of [4 * MIB, 5 * MIB - 4096]) {
        expect((await client.read(at, 4096)).data.equals(content.subarray(at, at + 4096))).toBe(true);
      }
    };
    await Promise.all(clients.map(readTwice));
    expect(images.proxy.requests - before).toBe(1);
    for (const client of clients) client.close();
  });

  it('answers several requests of one connection in whatever order, each with its own bytes', async () => {
    const image = await images.storeImage(content);
    await server.export(image);
    const client = await NbdClient.open(server.socket, image.object_id);
    const lengths = Array.from({ length: 200 }, (_, at) => 512 * (1 + (at % 40)));
    lengths.forEach((length, at) => {
      client.request(0, at * 40_000, length, BigInt(at));
    });
    const sizes = new Map(lengths.map((length, at) => [BigInt(at), length]));
    for (let left = lengths.length; left > 0; left -= 1) {
      const head = await client.take(16);
      expect(head.readUInt32BE(4)).toBe(0);
      const at = Number(head.readBigUInt64BE(8));
      const data = await client.take(sizes.get(BigInt(at)) ?? 0);
      expect(data.equals(content.subarray(at * 40_000, at * 40_000 + data.length))).toBe(true);
    }
    client.close();
  });

  it('waits for a store that is away, and the guest does not notice', async () => {
    const image = await images.storeImage(content);
    await server.export(image);
    const client = await NbdClient.open(server.socket, image.object_id);
    images.proxy.breakAll();
    for (let cut = 0; cut < 3; cut += 1) images.proxy.faults.push({ kind: 'cut', direction: 'from_server', after: 0 });
    const { error, data } = await client.read(2 * MIB, 2 * MIB);
    expect(error).toBe(0);
    expect(data.equals(content.subarray(2 * MIB, 4 * MIB))).toBe(true);
    client.close();
    images.proxy.faults.length = 0;
    expect(server.log.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['the store is away', 'the store is back']),
    );
  });

  it('gives EIO when the store stays away for longer than its patience', async () => {
    const impatient = await DiskServerUnderTest.start(images.proxied(), { patience: 3000 });
    const image = await images.storeImage(content);
    await impatient.export(image);
    const client = await NbdClient.open(impatient.socket, image.object_id);
    images.proxy.breakAll();
    for (let cut = 0; cut < 40; cut += 1)
      images.proxy.faults.push({ kind: 'mute', direction: 'from_server', after: 0 });
    expect((await client.read(0, MIB)).error).toBe(EIO);
    images.proxy.faults.length = 0;
    images.proxy.breakAll();
    await eventually(async () => {
      expect((await client.read(0, MIB)).error).toBe(0);
    });
    client.close();
    await impatient.close();
  });

  async function fileSource(
    path: string,
  ): Promise<{ size: number; read: (at: number, length: number) => Promise<Buffer> }> {
    const bytes = await readFile(path);
    return { size: bytes.length, read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)) };
  }
});
