import { sampleDisk } from '@imago/disk-image/testing';
import { indexKey } from '@imago/object-store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DiskServerUnderTest } from './disk-server-under-test.ts';
import { ImageStore } from './image-store.ts';
import { NbdClient } from './nbd-client.ts';

const MIB = 2 ** 20;
const EIO = 5;
/** No whole number of clusters. */
const SIZE = 9 * MIB + 23 * 512;

describe('the disk server, on bytes that are not those of the image', () => {
  let images: ImageStore;
  let server: DiskServerUnderTest;
  const content = sampleDisk(21, SIZE);

  beforeAll(async () => {
    images = await ImageStore.open();
  });
  afterAll(() => images.close());
  beforeEach(async () => {
    server = await DiskServerUnderTest.start(images.proxied());
  });
  afterEach(() => server.close());

  it('gives EIO for a damaged cluster, each time, and every other cluster', async () => {
    const image = await images.storeImage(content);
    const damaged = 4;
    await images.damage(image.key, await images.placeOf(image, damaged));
    await server.export(image);
    const client = await NbdClient.open(server.socket, image.object_id);
    for (let round = 0; round < 2; round += 1) {
      for (let cluster = 0; cluster * MIB < SIZE; cluster += 1) {
        const length = Math.min(MIB, SIZE - cluster * MIB);
        const { error, data } = await client.read(cluster * MIB, length);
        expect(error).toBe(cluster === damaged ? EIO : 0);
        if (error === 0) expect(data.equals(content.subarray(cluster * MIB, cluster * MIB + length))).toBe(true);
      }
    }
    expect((await client.read(damaged * MIB - 10, 20)).error).toBe(EIO);
    client.close();
    const told = server.log.filter(({ msg }) => msg === 'a cluster is damaged');
    expect(told.length).toBeGreaterThanOrEqual(2);
    for (const line of told) expect(line).toMatchObject({ key: image.key, cluster: damaged });
  });

  it('gives out nothing of an image whose index is damaged or gone, until it is back', async () => {
    const image = await images.storeImage(content);
    const key = indexKey(image.key);
    const { size } = await images.store.head(key);
    const index = await images.store.read(key, { length: size });
    await server.export(image);
    await images.damage(key, 50);
    const client = await NbdClient.open(server.socket, image.object_id);
    for (let cluster = 0; cluster < 3; cluster += 1) expect((await client.read(cluster * MIB, 512)).error).toBe(EIO);
    await images.store.deleteMany([key]);
    expect((await client.read(0, 512)).error).toBe(EIO);
    await images.store.put(key, index);
    expect((await client.read(0, 512)).data).toEqual(content.subarray(0, 512));
    client.close();
  });

  it('refuses clusters that the index says are zeros and the object does not', async () => {
    const one = await images.storeImage(content);
    const other = await images.storeImage(Buffer.alloc(SIZE));
    const { size } = await images.store.head(indexKey(other.key));
    await images.store.put(indexKey(one.key), await images.store.read(indexKey(other.key), { length: size }));
    await server.export({ ...one, index_hash: other.index_hash });
    const client = await NbdClient.open(server.socket, one.object_id);
    expect((await client.read(4 * MIB, 512)).error).toBe(EIO);
    client.close();
  });

  it('does not mix the bytes of an upload with others that took its place', async () => {
    const image = await images.storeFile(content, 'raw');
    await server.export(image);
    const client = await NbdClient.open(server.socket, image.object_id);
    expect((await client.read(0, 512)).error).toBe(0);
    const other = sampleDisk(22, SIZE);
    await images.store.put(image.key, other);
    expect((await client.read(4 * MIB, 512)).error).toBe(EIO);
    client.close();
    await server.stop();
    await server.startAgain();
    const next = await NbdClient.open(server.socket, image.object_id);
    expect((await next.read(0, MIB)).data.equals(other.subarray(0, MIB))).toBe(true);
    next.close();
  });
});
