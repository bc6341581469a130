import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleDisk } from '@imago/disk-image/testing';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BaseImage } from '../../src/index.ts';
import { DiskServerUnderTest, qemuTool } from './disk-server-under-test.ts';
import { ImageStore } from './image-store.ts';
import { NbdClient } from './nbd-client.ts';

const SIZE = 3 * 2 ** 20;
/** To open a file here, its first 256 KiB and a table of 64 KiB are read: this ends at the table of the second. */
const ROOM_FOR_ONE = 600 * 1024;

describe('the memory for the tables of uploaded images', () => {
  let images: ImageStore;
  let server: DiskServerUnderTest;
  let files: string;
  const content = sampleDisk(71, SIZE);

  beforeAll(async () => {
    images = await ImageStore.open();
    files = await mkdtemp(join(tmpdir(), 'table-memory-'));
    await writeFile(join(files, 'disk.raw'), content);
    const { qemuImg } = images.env.qemu;
    const disks = [join(files, 'disk.raw'), join(files, 'disk.qcow2')];
    await qemuTool(qemuImg, 'qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...disks]);
  });
  beforeEach(async () => {
    server = await DiskServerUnderTest.start(images.store, { tableMemory: ROOM_FOR_ONE });
  });
  afterEach(() => server.close());
  afterAll(async () => {
    await images.close();
    await rm(files, { recursive: true });
  });

  async function uploaded(): Promise<BaseImage> {
    const image = await images.storeFile(await readFile(join(files, 'disk.qcow2')), 'qcow2', SIZE);
    await server.export(image);
    return image;
  }

  const open = ({ object_id }: BaseImage): Promise<NbdClient> => NbdClient.open(server.socket, object_id);

  async function expectRead(client: NbdClient): Promise<void> {
    expect((await client.read(0, SIZE)).data.equals(content)).toBe(true);
  }

  it('is for those that are read: another one is refused until one of them is not read any more', async () => {
    const [first, second] = [await uploaded(), await uploaded()];
    const readers = [await open(first), await open(first)];
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(open(second)).rejects.toThrow('leave no memory for those of this one');
    expect(server.log).toContainEqual({
      level: 'error',
      msg: 'an image cannot be opened',
      object_id: second.object_id,
      reason: expect.stringContaining('TableMemoryError'),
    });
    readers[0]?.close();
    for (const reader of readers.slice(1)) await expectRead(reader);
    await expect(open(second)).rejects.toThrow('TableMemoryError'); // the first has a reader still
    readers[1]?.close();
    const late = await eventually(() => open(second));
    await expectRead(late);
    await expect(open(first)).rejects.toThrow('TableMemoryError');
    late.close();
  });

  it('is not needed for images of ours, nor for raw files', async () => {
    const image = await uploaded();
    const full = await open(image);
    for (const small of [await images.storeImage(content), await images.storeFile(content, 'raw')]) {
      await server.export(small);
      const client = await open(small);
      await expectRead(client);
      client.close();
    }
    full.close();
  });

  it('is given back by an image that turns out to be damaged', async () => {
    const image = await uploaded();
    await server.export({ ...image, virtual_size: String(SIZE + 512) });
    for (let attempt = 0; attempt < 3; attempt += 1) await expect(open(image)).rejects.toThrow('instead of');
    await server.export(image);
    const client = await open(image);
    await expectRead(client);
    client.close();
  });
});
