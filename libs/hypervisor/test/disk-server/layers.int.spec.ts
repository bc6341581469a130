import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleDisk } from '@imago/disk-image/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BaseImage } from '../../src/index.ts';
import { DiskServerUnderTest, qemuTool } from './disk-server-under-test.ts';
import { ImageStore } from './image-store.ts';
import { NbdClient } from './nbd-client.ts';

const MIB = 2 ** 20;
const EIO = 5;
/** Each disk is larger than its parent's; none is a whole number of clusters. */
const SIZES = [6 * MIB + 512, 8 * MIB + 1024, 9 * MIB + 512] as const;

describe('the disk server, on images in layers', () => {
  let images: ImageStore;
  let server: DiskServerUnderTest;
  let files: string;
  /** The base, the layer on it, and the layer on that one. */
  let chain: { readonly image: BaseImage; readonly content: Buffer }[];

  beforeAll(async () => {
    images = await ImageStore.open();
    files = await mkdtemp(join(tmpdir(), 'disks-layers-'));
    const base = sampleDisk(31, SIZES[0]).fill('base', 0, 4 * MIB);
    const middle = grown(base, SIZES[1])
      .fill('middle', MIB, 2 * MIB)
      .fill(0, 2 * MIB, 3 * MIB);
    const top = grown(middle, SIZES[2])
      .fill('top', 3 * MIB + 100, 3 * MIB + 200)
      .fill('new', 9 * MIB);
    chain = [{ image: await images.storeImage(base), content: base }];
    for (const content of [middle, top]) {
      const parent = chain.at(-1);
      if (parent !== undefined) chain.push({ image: await images.storeLayer(content, parent), content });
    }
  });
  afterAll(async () => {
    await images.close();
    await rm(files, { recursive: true });
  });
  beforeEach(async () => {
    server = await DiskServerUnderTest.start(images.proxied());
  });
  afterEach(() => server.close());

  const at = (place: number): { readonly image: BaseImage; readonly content: Buffer } => {
    const found = chain[place];
    if (found === undefined) throw new Error(`the chain has no layer ${place}`);
    return found;
  };

  /** What reading each cluster of the top disk answers: its error, and whether its bytes are right. */
  async function clustersOf({ image, content }: ReturnType<typeof at>): Promise<readonly (number | boolean)[]> {
    const client = await NbdClient.open(server.socket, image.object_id);
    const answers: (number | boolean)[] = [];
    for (let start = 0; start < content.length; start += MIB) {
      const wanted = content.subarray(start, start + MIB);
      const { error, data } = await client.read(start, wanted.length);
      answers.push(error === 0 ? data.equals(wanted) : error);
    }
    client.close();
    return answers;
  }

  it('gives qemu the disk that the layers make, from the store and from its cache', async () => {
    for (const [place, { image, content }] of chain.entries()) {
      expect(image.layers).toHaveLength(place);
      const file = join(files, `disk-${place}.raw`);
      await writeFile(file, content);
      for (let round = 0; round < 2; round += 1) {
        const uri = await server.export(image);
        const compare = ['compare', '-f', 'raw', '-F', 'raw', file, uri];
        expect(await qemuTool(images.env.qemu.qemuImg, 'qemu-img', compare)).toContain('Images are identical.');
        await server.stop();
        await server.startAgain();
      }
    }
  });

  it('gives EIO for a cluster that is damaged in a layer below, and every other cluster', async () => {
    const place = await images.placeOf(at(1).image, 1);
    await images.damage(at(1).image.key, place);
    await server.export(at(2).image);
    const answers = await clustersOf(at(2));
    await images.damage(at(1).image.key, place); // once more, and it is as it was
    expect(answers).toEqual(answers.map((_, cluster) => (cluster === 1 ? EIO : true)));
  });

  it('never serves a layer whose parent is another object than the one it was made on, or gone', async () => {
    const other = await images.storeImage(sampleDisk(32, SIZES[0]));
    const [middle, base] = at(2).image.layers;
    const swapped = [middle, { object_id: other.object_id, key: other.key, size: other.size }];
    await server.export({ ...at(2).image, layers: swapped.flatMap((layer) => layer ?? []) });
    expect(await clustersOf(at(2))).toContain(EIO);
    expect(await clustersOf(at(2))).not.toContain(false);
    const gone = { ...base, key: `${base?.key ?? ''}-gone` };
    await server.export({
      ...at(2).image,
      layers: at(2).image.layers.map((layer, place) => (place === 1 ? { ...layer, ...gone } : layer)),
    });
    await expect(NbdClient.open(server.socket, at(2).image.object_id)).rejects.toThrow('refused');
  });

  it.each<[string, (image: BaseImage) => BaseImage]>([
    ['by itself', (image) => ({ ...image, index_hash: null })],
    [
      'with layers of other sizes',
      (image) => ({ ...image, layers: image.layers.map((each) => ({ ...each, size: '9' })) }),
    ],
    ['that is larger than its disk is said to be', (image) => ({ ...image, virtual_size: '512' })],
  ])('refuses a layer %s', async (_, change) => {
    const image = change(at(2).image);
    await server.export(image);
    await expect(NbdClient.open(server.socket, image.object_id)).rejects.toThrow('refused');
  });

  it('does not mix the bytes of a layer with others that took its place, and forgets what it has cached', async () => {
    await server.export(at(2).image);
    expect(await clustersOf(at(2))).not.toContain(EIO);
    const { key } = at(0).image;
    const { size } = await images.store.head(key);
    const bytes = await images.store.read(key, { length: size });
    await images.store.put(key, Buffer.alloc(size));
    await server.stop();
    await server.startAgain();
    const client = await NbdClient.open(server.socket, at(2).image.object_id); // what is cached was checked
    expect((await client.read(0, 512)).data).toEqual(at(2).content.subarray(0, 512));
    client.close();
    await images.store.put(key, bytes);
    expect(await clustersOf(at(2))).toEqual(Array.from({ length: 10 }, () => true));
  });
});

/** A larger disk with the same content, and zeros behind it. */
function grown(disk: Buffer, size: number): Buffer {
  const larger = Buffer.alloc(size);
  disk.copy(larger);
  return larger;
}
