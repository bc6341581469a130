import { appendFile, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleDisk } from '@imago/disk-image/testing';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BaseImage, removeExport, writeExport } from '../../src/index.ts';
import type { DiskServerOptions } from '../../src/disk-server/disk-server.ts';
import { DiskServerUnderTest } from './disk-server-under-test.ts';
import { ImageStore } from './image-store.ts';
import { NbdClient } from './nbd-client.ts';

const MIB = 2 ** 20;
const SIZE = 6 * MIB + 512;
/** Of the images every test can use. */
const SEEDS = [31, 32, 33];

describe('the cache of the disk server', () => {
  let images: ImageStore;
  const content = full(31);
  const stored: BaseImage[] = [];
  const servers: DiskServerUnderTest[] = [];

  beforeAll(async () => {
    images = await ImageStore.open();
    for (const seed of SEEDS) stored.push(await images.storeImage(full(seed)));
  });
  afterAll(() => images.close());
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function started(options: Partial<DiskServerOptions> = {}): Promise<DiskServerUnderTest> {
    const server = await DiskServerUnderTest.start(images.proxied(), options);
    servers.push(server);
    return server;
  }

  /** Reads the whole disk and answers how many requests the store got for it. */
  async function readAll(server: DiskServerUnderTest, image: BaseImage, expected = content): Promise<number> {
    const before = images.proxy.requests;
    const client = await NbdClient.open(server.socket, image.object_id);
    const { error, data } = await client.read(0, expected.length);
    expect(error).toBe(0);
    expect(data.equals(expected)).toBe(true);
    client.close();
    return images.proxy.requests - before;
  }

  async function exported(server: DiskServerUnderTest, seed = 31): Promise<BaseImage> {
    const image = stored[SEEDS.indexOf(seed)];
    if (image === undefined) throw new Error(`There is no image ${seed}`);
    await server.export(image);
    return image;
  }

  async function restart(server: DiskServerUnderTest, meanwhile?: () => Promise<unknown>): Promise<void> {
    await server.stop();
    await meanwhile?.();
    await server.startAgain();
  }

  it('is used by the next process, which asks the store for nothing', async () => {
    const server = await started();
    const image = await exported(server);
    expect(await readAll(server, image)).toBeGreaterThan(7);
    await restart(server);
    expect(await readAll(server, image)).toBe(0);
  });

  it('takes no room and no second read for zeros', EXHAUSTIVE, async () => {
    const zeros = Buffer.alloc(30 * MIB);
    const server = await started();
    for (const image of [await images.storeImage(zeros), await images.storeFile(zeros, 'raw')]) {
      await server.export(image);
      await readAll(server, image, zeros);
      const { blocks } = await stat(fileOf(server, image, 'data'));
      expect(blocks).toBe(0);
      await restart(server);
      // Only a look at what is an upload.
      expect(await readAll(server, image, zeros)).toBeLessThanOrEqual(image.index_hash === null ? 3 : 0);
    }
  });

  it('asks the store for the zeros of an image only where its hashes are', async () => {
    const zeros = Buffer.alloc(30 * MIB);
    const server = await started();
    const image = await images.storeImage(zeros);
    await server.export(image);
    const client = await NbdClient.open(server.socket, image.object_id);
    const before = images.proxy.requests;
    expect((await client.read(0, 30 * MIB)).data.equals(zeros.subarray(0, 30 * MIB))).toBe(true);
    expect(images.proxy.requests - before).toBe(1);
    client.close();
  });

  it('does not outlive the run of the machine', async () => {
    const server = await started();
    const image = await exported(server);
    await readAll(server, image);
    await restart(server, async () => {
      const journal = await readFile(fileOf(server, image, 'journal'));
      const header = journal.toString('latin1', 0, 4096).replace(/"boot_id":"[^"]{4}/, '"boot_id":"0000');
      journal.write(header, 0, 'latin1');
      await writeFile(fileOf(server, image, 'journal'), journal);
      await writeFile(fileOf(server, image, 'data'), Buffer.alloc(SIZE, 'x'));
    });
    expect(await readAll(server, image)).toBeGreaterThan(7);
  });

  it('goes on behind the last whole record, whatever a killed process left behind it', async () => {
    const server = await started();
    const image = await exported(server);
    const read = async (cluster: number): Promise<number> => {
      const before = images.proxy.requests;
      const client = await NbdClient.open(server.socket, image.object_id);
      const at = cluster * MIB;
      expect((await client.read(at, 512)).data.equals(content.subarray(at, at + 512))).toBe(true);
      client.close();
      return images.proxy.requests - before;
    };
    await read(0);
    for (const rest of [Buffer.from([0, 0, 0]), Buffer.alloc(8), Buffer.alloc(13, 0xff)]) {
      await restart(server, () => appendFile(fileOf(server, image, 'journal'), rest));
      expect(await read(0)).toBe(0);
    }
    expect(await read(1)).toBeGreaterThan(0);
    await restart(server);
    expect([await read(0), await read(1)]).toEqual([0, 0]);
  });

  it.each([
    ['is cut short', (path: string) => writeFile(path, 'x')],
    ['is gone', (path: string) => rm(path)],
    ['is empty', (path: string) => truncate(path)],
  ])('gives the right bytes when its data %s', async (_what, harm) => {
    const server = await started();
    const image = await exported(server);
    await readAll(server, image);
    await restart(server, () => harm(fileOf(server, image, 'data')));
    await readAll(server, image);
    await readAll(server, image);
  });

  it('makes room by the object that was unused for the longest time', async () => {
    const server = await started({ cacheLimit: 15 * MIB });
    const [one, other] = [await exported(server), await exported(server, 32)];
    await readAll(server, one);
    await readAll(server, other, full(32));
    await restart(server, () => utimes(fileOf(server, other, 'journal'), new Date(0), new Date(0)));
    const third = await exported(server, 33);
    await readAll(server, third, full(33));
    await restart(server);
    expect(await readAll(server, one)).toBe(0);
    expect(await readAll(server, third, full(33))).toBe(0);
    expect(await readAll(server, other, full(32))).toBeGreaterThan(7);
  });

  it('does not take the cache away from a disk that is read, and serves the other one all the same', async () => {
    const server = await started({ cacheLimit: 8 * MIB });
    const one = await exported(server);
    const other = await exported(server, 32);
    const reader = await NbdClient.open(server.socket, one.object_id);
    await reader.read(0, SIZE);
    await readAll(server, other, full(32));
    expect(await readAll(server, other, full(32))).toBeGreaterThan(4);
    expect(await readAll(server, one)).toBe(0);
    reader.close();
    await eventually(async () => {
      await readAll(server, other, full(32));
      expect(await readAll(server, other, full(32))).toBe(0);
    });
  });

  it('caches nothing when it may not, and reads a cluster once for many small reads', async () => {
    const server = await started({ cacheLimit: 0 });
    const image = await exported(server);
    const client = await NbdClient.open(server.socket, image.object_id);
    await client.read(0, 512);
    const before = images.proxy.requests;
    for (let at = MIB; at < 2 * MIB; at += 64 * 1024) await client.read(at, 4096);
    expect(images.proxy.requests - before).toBe(1);
    client.close();
  });

  it('is done without when the disk of the host is full', async () => {
    const server = await started();
    const image = await exported(server);
    (await NbdClient.open(server.socket, image.object_id)).close(); // the journal is begun
    await restart(server, async () => {
      await rm(fileOf(server, image, 'data'));
      await symlink('/dev/full', fileOf(server, image, 'data'));
    });
    await readAll(server, image);
    expect(await readAll(server, image)).toBeGreaterThan(4);
    expect(server.log).toContainEqual(
      expect.objectContaining({ msg: 'a cluster cannot be cached', reason: expect.stringContaining('ENOSPC') }),
    );
  });

  it('goes with its export, and comes back with it', async () => {
    const server = await started();
    const image = await exported(server);
    await readAll(server, image);
    await eventually(() => stat(fileOf(server, image, 'journal')));
    await removeExport(server.directory, image.object_id);
    await removeExport(server.directory, image.object_id);
    await expect(stat(fileOf(server, image, 'journal'))).rejects.toThrow('ENOENT');
    await expect(NbdClient.open(server.socket, image.object_id)).rejects.toThrow('There is no such disk');
    await Promise.all(Array.from({ length: 5 }, () => writeExport(server.directory, image)));
    expect(await readAll(server, image)).toBeGreaterThan(7);
  });
});

/** A disk without a cluster of zeros. */
function full(seed: number): Buffer {
  const disk = sampleDisk(seed, SIZE);
  for (let at = 0; at < SIZE; at += MIB) disk.writeUInt8(1, at);
  return disk;
}

function fileOf({ directory }: DiskServerUnderTest, { object_id }: BaseImage, name: 'data' | 'journal'): string {
  return join(directory, 'cache', object_id, name);
}
