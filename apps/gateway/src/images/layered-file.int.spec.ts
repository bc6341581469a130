import { createHash, randomBytes } from 'node:crypto';
import type { ImageRecord } from '@imago/contracts';
import { BufferSource, openDisk } from '@imago/disk-image';
import { indexKey } from '@imago/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';
import { LayeredImages, type StoredDisk } from '../../test/layered-images.ts';
import { LayeredFiles } from './layered-files.ts';

const MIB = 2 ** 20;
let gateway: GatewayUnderTest;
let layered: LayeredImages;
/** Two layers on a base, with data, zeros and a growth in each. */
let disk: StoredDisk;
/** What is downloaded of it. */
let flattened: Buffer;

beforeAll(async () => {
  gateway = await startGateway();
  layered = new LayeredImages(gateway);
  const base = Buffer.concat([randomBytes(3 * MIB), Buffer.alloc(2 * MIB), randomBytes(MIB)]);
  const middle = Buffer.concat([base, randomBytes(MIB)]).fill('changed', MIB, MIB + 5000);
  const top = Buffer.concat([middle, Buffer.alloc(MIB)])
    .fill(0, 0, MIB)
    .fill('top', 5 * MIB, 6 * MIB - 9000);
  disk = await layered.write(top, await layered.write(middle, await layered.write(base)));
  flattened = await body(await download(layered.imageOf(disk)));
});
afterAll(async () => {
  await gateway.close();
});

function download({ id }: ImageRecord, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return gateway.ask(`/v2/images/${id}/file`, 'alice', { method, headers });
}

async function body(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

function another(): Promise<StoredDisk> {
  return layered.copy(disk);
}

describe('a download of a layered image', () => {
  it('is one qcow2 with all of the disk, which needs no other', async () => {
    const response = await download(layered.imageOf(disk));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(disk.file.size);
    expect(response.headers.has('content-md5')).toBe(false);
    const { reader } = await openDisk(new BufferSource(await body(response)), 'qcow2');
    expect(reader.virtualSize).toBe(disk.content.length);
    expect((await reader.read(0, reader.virtualSize)).equals(disk.content)).toBe(true);
  });

  it('is the same bytes in ranges', async () => {
    const image = layered.imageOf(disk);
    const { length } = flattened;
    const ends = [0, 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, length - 512, length - 1];
    for (const first of ends) {
      for (const last of ends.filter((each) => each >= first)) {
        const response = await download(image, { range: `bytes=${first}-${last}` });
        expect(response.status).toBe(206);
        expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/${length}`);
        expect((await body(response)).equals(flattened.subarray(first, last + 1))).toBe(true);
      }
    }
    expect((await download(image, { range: `bytes=${length}-` })).status).toBe(416);
  });

  it('is described by HEAD', async () => {
    const response = await download(layered.imageOf(disk), {}, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, disk.file.size]);
  });

  it('has one ETag, before its hashes are known, after, and when it is stored whole', async () => {
    const image = layered.imageOf(disk);
    const etag = (await download(image)).headers.get('etag') ?? '';
    const checksum = createHash('md5').update(flattened).digest('hex');
    const whole = { ...(await layered.storeWhole(disk.file, flattened)), checksum };
    for (const file of [{ ...disk.file, checksum }, whole]) {
      gateway.world.files.set(image.id, file);
      const response = await download(image);
      expect(response.headers.get('etag')).toBe(etag);
      expect(response.headers.get('content-md5')).toBe(checksum);
      expect((await body(response)).equals(flattened)).toBe(true);
      expect((await download(image, { 'if-none-match': etag })).status).toBe(304);
      const range = { range: 'bytes=6000000-', 'if-range': etag };
      expect((await body(await download(image, range))).equals(flattened.subarray(6_000_000))).toBe(true);
    }
    const other = await download(layered.imageOf(await layered.write(randomBytes(MIB))), {}, 'HEAD');
    expect(other.headers.get('etag')).not.toBe(etag);
  });

  it('goes on where the image is stored whole meanwhile', async () => {
    const { file } = await another();
    const image = layered.imageOf({ ...disk, file });
    const bytes = await body(await download(image)); // it is open from here on, with its head in memory
    gateway.world.moves.set(image.id, await layered.storeWhole(file, bytes));
    await layered.erase(file);
    const response = await download(image);
    expect(response.status).toBe(200);
    expect((await body(response)).equals(bytes)).toBe(true);
  });

  it('is cut when the image becomes another one meanwhile', async () => {
    const { file } = await another();
    const image = layered.imageOf({ ...disk, file });
    await body(await download(image));
    gateway.world.moves.set(image.id, { ...(await layered.storeWhole(file, flattened)), index_hash: '0'.repeat(64) });
    await layered.erase(file);
    await expect(body(await download(image))).rejects.toThrow();
  });

  it('is not found when a layer is gone', async () => {
    const { file } = await another();
    await layered.erase(file);
    expect((await download(layered.imageOf({ ...disk, file }))).status).toBe(404);
  });

  it.each([
    ['is of other bytes than its index', { index_hash: '0'.repeat(64) }],
    ['has another size than its record', { size: '6000000' }],
  ])('that %s is a fault of ours, and not a byte of it is sent', async (_what, wrong) => {
    const { file } = await another();
    const response = await download(layered.imageOf({ ...disk, file: { ...file, ...wrong } }));
    expect(response.status).toBe(500);
    expect((await body(response)).length).toBeLessThan(2000);
  });

  it('is for who may read the image', async () => {
    const { id } = layered.imageOf(disk);
    expect((await gateway.ask(`/v2/images/${id}/file`, 'bob')).status).toBe(404);
    expect((await gateway.ask(`/v2/images/${id}/file`, 'reader')).status).toBe(403);
  });
});

describe('layered files that stay open', () => {
  it('are as many as fit, the ones asked for last', async () => {
    const files = new LayeredFiles(150_000);
    const [first, second, third] = [await another(), await another(), await another()].map(({ file }) => file);
    if (first === undefined || second === undefined || third === undefined) throw new Error('there are three');
    for (const file of [first, second, first, third]) await files.open(gateway.store, file);
    await gateway.store.deleteMany([first, second, third].map(({ key }) => indexKey(key)));
    await files.open(gateway.store, third);
    await files.open(gateway.store, first);
    await expect(files.open(gateway.store, second)).rejects.toThrow();
  });

  it('are opened once for all who ask at the same moment, and anew after a failure', async () => {
    const files = new LayeredFiles(2 ** 20);
    const { file } = await another();
    await gateway.store.deleteMany([indexKey(file.key)]);
    await expect(files.open(gateway.store, file)).rejects.toThrow();
    await gateway.store.put(indexKey(file.key), disk.stored.index);
    const opened = await Promise.all([1, 2, 3].map(() => files.open(gateway.store, file)));
    expect(new Set(opened).size).toBe(1);
  });
});
