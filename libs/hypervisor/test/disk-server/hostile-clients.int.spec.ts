import { once } from 'node:events';
import { connect } from 'node:net';
import { sampleDisk } from '@imago/disk-image/testing';
import { eventually, trials } from '@imago/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BaseImage } from '../../src/index.ts';
import { DiskServerUnderTest } from './disk-server-under-test.ts';
import { ImageStore } from './image-store.ts';
import { NbdClient, u16, u32, u64 } from './nbd-client.ts';

const MIB = 2 ** 20;
const SIZE = 3 * MIB + 512;
const EPERM = 1;
const EINVAL = 22;
const OPTION_MAGIC = u64(0x49484156454f5054n);

describe('a client that does not mean well', () => {
  let images: ImageStore;
  let server: DiskServerUnderTest;
  let image: BaseImage;
  const content = sampleDisk(41, SIZE);

  beforeAll(async () => {
    images = await ImageStore.open();
    server = await DiskServerUnderTest.start(images.proxied());
    image = await images.storeImage(content);
    await server.export(image);
  });
  afterAll(async () => {
    await server.close();
    await images.close();
  });

  const open = (): Promise<NbdClient> => NbdClient.open(server.socket, image.object_id);

  async function expectServed(): Promise<void> {
    const client = await open();
    expect((await client.read(MIB, 512)).data.equals(content.subarray(MIB, MIB + 512))).toBe(true);
    client.close();
  }

  it('gets an error for what it may not ask, and may go on', async () => {
    const client = await open();
    const asked: readonly [type: number, offset: bigint, length: number, error: number][] = [
      [0, BigInt(SIZE), 1, EINVAL],
      [0, BigInt(SIZE - 1), 2, EINVAL],
      [0, 2n ** 64n - 1n, 4096, EINVAL],
      [0, 0n, 0, EINVAL],
      [0, 0n, 32 * MIB + 1, EINVAL],
      [0, 0n, 2 ** 32 - 1, EINVAL],
      [3, 0n, 0, 0],
      [4, 0n, 512, EPERM],
      [6, 0n, 512, EPERM],
      [7, 0n, 512, EINVAL],
      [99, 0n, 512, EINVAL],
    ];
    for (const [type, offset, length, error] of asked) {
      client.request(type, offset, length);
      expect((await client.reply(0)).error).toBe(error);
    }
    client.request(1, 0n, 100_000);
    client.socket.write(Buffer.alloc(100_000, 'w'));
    expect((await client.reply(0)).error).toBe(EPERM);
    expect((await client.read(0, 512)).data.equals(content.subarray(0, 512))).toBe(true);
    client.request(2, 0n, 0);
    await client.ended();
  });

  it('gets every answer it asked for before it said goodbye', async () => {
    const client = await open();
    for (let at = 0; at < 3; at += 1) client.request(0, at * MIB, MIB, BigInt(at));
    client.request(2, 0n, 0);
    client.socket.end();
    const seen = new Set<bigint>();
    for (let at = 0; at < 3; at += 1) seen.add((await client.reply(MIB)).cookie);
    expect(seen).toEqual(new Set([0n, 1n, 2n]));
    await client.ended();
  });

  it.each([
    ['a write too large to pass over', Buffer.concat([request(1, 0n, 32 * MIB + 1)])],
    ['a request without its magic', Buffer.alloc(28, 1)],
  ])('is sent away for %s', async (_what, bytes) => {
    const client = await open();
    client.socket.write(bytes);
    await client.ended();
    await expectServed();
  });

  it.each([
    ['flags nobody knows', Buffer.from([0xff, 0, 0, 3])],
    ['an option without its magic', Buffer.concat([u32(3), Buffer.alloc(16)])],
    ['an option of gigabytes', Buffer.concat([u32(3), OPTION_MAGIC, u32(7), u32(2 ** 31)])],
    ['an export name too long', Buffer.concat([u32(3), OPTION_MAGIC, u32(1), u32(9_000)])],
    ['an unknown export by the old way', Buffer.concat([u32(3), OPTION_MAGIC, u32(1), u32(1), Buffer.from('x')])],
    ['options without end', Buffer.concat([u32(3), ...Array.from({ length: 65 }, () => option(3))])],
  ])('is sent away in the handshake for %s', async (_what, bytes) => {
    const socket = connect(server.socket)
      .on('error', () => undefined)
      .resume();
    socket.write(bytes);
    await once(socket, 'close');
    await expectServed();
  });

  it('is told which options there are not, and of those that are wrong', async () => {
    const client = await NbdClient.connect(server.socket);
    const expected: readonly [type: number, data: Buffer, reply: number][] = [
      [5, Buffer.alloc(0), 0x8000_0001],
      [8, Buffer.alloc(0), 0x8000_0001],
      [12_345, Buffer.alloc(100), 0x8000_0001],
      [3, Buffer.alloc(4), 0x8000_0003],
      [6, Buffer.alloc(3), 0x8000_0003],
      [6, Buffer.concat([u32(2 ** 32 - 1), u16(0)]), 0x8000_0003],
      [7, Buffer.concat([u32(0), u16(9)]), 0x8000_0003],
      [7, Buffer.alloc(10_000), 0x8000_0009],
      [7, Buffer.concat([u32(1), Buffer.from('x'), u16(0)]), 0x8000_0006],
      [2, Buffer.alloc(0), 1],
    ];
    for (const [type, data, reply] of expected) {
      client.option(type, data);
      expect((await client.optionReply()).type).toBe(reply);
    }
    await client.ended();
  });

  it('can choose a disk by the old way, with and without the zeroes', async () => {
    for (const [flags, length] of [
      [1, 134],
      [3, 10],
    ] as const) {
      const client = await NbdClient.greeted(server.socket, flags);
      client.option(1, Buffer.from(image.object_id));
      expect((await client.take(length)).readBigUInt64BE(0)).toBe(BigInt(SIZE));
      expect((await client.read(0, 512)).data.equals(content.subarray(0, 512))).toBe(true);
      client.close();
    }
  });

  it('can say what it likes, and others are served', async () => {
    const kind = fc.constantFrom('greeting', 'handshake', 'requests');
    const words = fc.array(fc.oneof(plausible(), fc.uint8Array({ maxLength: 60 })), { maxLength: 12 });
    const property = fc.asyncProperty(kind, words, async (where, said) => {
      const bytes = Buffer.concat(said);
      const client = where === 'requests' ? await open() : await NbdClient.greeted(server.socket, null);
      if (where === 'handshake') client.socket.write(u32(3));
      client.socket.end(bytes);
      client.socket.resume();
      await client.ended();
    });
    await fc.assert(property, { numRuns: trials(300) });
    await expectServed();
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('can go in the middle of anything', async () => {
    const clients = await Promise.all(Array.from({ length: 30 }, open));
    for (const client of clients) for (let at = 0; at < 16; at += 1) client.request(0, at * 1000, 2 * MIB);
    for (const client of clients) client.close();
    await eventually(expectServed);
  });
});

function request(type: number, offset: bigint, length: number): Buffer {
  return Buffer.concat([u32(0x25609513), u16(0), u16(type), u64(7n), u64(offset), u32(length)]);
}

function option(type: number): Buffer {
  return Buffer.concat([OPTION_MAGIC, u32(type), u32(0)]);
}

/** What a client could mean. */
function plausible(): fc.Arbitrary<Uint8Array> {
  const small = fc.nat({ max: 9 });
  const length = fc.oneof(fc.nat({ max: 2 * SIZE }), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1));
  const requests = fc.tuple(small, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), length);
  const options = fc.tuple(small, length, fc.uint8Array({ maxLength: 30 }));
  return fc.oneof(
    requests.map(([type, offset, bytes]) => request(type, offset % 5n === 0n ? offset : offset % 4_000_000n, bytes)),
    options.map(([type, bytes, data]) =>
      Buffer.concat([OPTION_MAGIC, u32(type), u32(bytes % 7 === 0 ? bytes : data.length), data]),
    ),
  );
}
