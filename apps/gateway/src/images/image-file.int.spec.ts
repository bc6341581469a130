import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ImageRecord } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';
import { anImage } from '../../test/records.ts';

const bytes = randomBytes(3_000_000);
const md5 = createHash('md5').update(bytes).digest('hex');
let gateway: GatewayUnderTest;
let image: ImageRecord;

beforeAll(async () => {
  gateway = await startGateway();
  image = await stored(bytes, md5);
});
afterAll(async () => {
  await gateway.close();
});

async function stored(
  content: Buffer,
  checksum: string | null,
  change: Partial<ImageRecord> = {},
): Promise<ImageRecord> {
  const record = anImage(change);
  const key = `images/${record.id}/${randomUUID()}`;
  await gateway.store.put(key, content);
  gateway.world.images.set(record.id, record);
  gateway.world.files.set(record.id, { key, size: String(content.length), checksum, index_hash: null, layers: [] });
  return record;
}

function download(headers: Record<string, string> = {}, method = 'GET', of = image): Promise<Response> {
  return gateway.ask(`/v2/images/${of.id}/file`, 'alice', { method, headers });
}

/** The gateway's idle connections to the store, so that the next one is new. */
async function breakConnections(): Promise<void> {
  gateway.wayToStore.breakAll();
  await eventually(() => {
    expect(gateway.wayToStore.open).toBe(0);
  });
}

async function body(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

describe('a download', () => {
  it('is the whole object with its checksum', async () => {
    const response = await download();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '3000000',
      'content-md5': md5,
      'accept-ranges': 'bytes',
      etag: `"${md5}"`,
    });
    expect((await body(response)).equals(bytes)).toBe(true);
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=1000000-1999999', 1_000_000, 1_000_000],
    ['bytes=2999990-', 2_999_990, 10],
    ['bytes=-5', 2_999_995, 5],
    ['bytes=2999999-9999999', 2_999_999, 1],
  ])('of %s is that part, without the checksum of the whole', async (range, offset, length) => {
    const response = await download({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${offset}-${offset + length - 1}/3000000`);
    expect(response.headers.get('content-length')).toBe(String(length));
    expect(response.headers.has('content-md5')).toBe(false);
    expect((await body(response)).equals(bytes.subarray(offset, offset + length))).toBe(true);
  });

  it('accepts a Content-Range of the request as old clients send it', async () => {
    const response = await download({ 'content-range': 'bytes 2-4/*' });
    expect(response.status).toBe(206);
    expect((await body(response)).equals(bytes.subarray(2, 5))).toBe(true);
  });

  it.each(['bytes=3000000-', 'bytes=5-4', 'bytes=0-1,3-4', 'lines=1-2'])(
    'of %s is 416 with the size',
    async (range) => {
      const response = await download({ range });
      expect(response.status).toBe(416);
      expect(response.headers.get('content-range')).toBe('bytes */3000000');
    },
  );

  it('goes on only with the image it began with', async () => {
    const range = 'bytes=10-19';
    expect((await download({ range, 'if-range': `"${md5}"` })).status).toBe(206);
    const changed = await download({ range, 'if-range': '"another"' });
    expect(changed.status).toBe(200);
    expect((await body(changed)).length).toBe(bytes.length);
    for (const known of [`"${md5}"`, `"another", W/"${md5}"`, '*']) {
      expect((await download({ 'if-none-match': known })).status).toBe(304);
    }
    expect((await download({ 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('is described by HEAD without its bytes', async () => {
    const response = await download({}, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '3000000']);
    expect((await body(response)).length).toBe(0);
  });

  it('is 204 while there are no data', async () => {
    const queued = anImage({ status: 'queued' });
    gateway.world.images.set(queued.id, queued);
    const response = await download({}, 'GET', queued);
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it('of a deactivated image is for operators alone', async () => {
    const deactivated = await stored(bytes, md5, { status: 'deactivated' });
    expect((await download({}, 'GET', deactivated)).status).toBe(403);
    expect((await gateway.ask(`/v2/images/${deactivated.id}/file`, 'operator')).status).toBe(200);
  });

  it('has no Content-MD5 when the checksum is not known', async () => {
    const unknown = await stored(Buffer.from('some bytes'), null);
    const response = await download({}, 'GET', unknown);
    expect(response.headers.has('content-md5')).toBe(false);
    expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await response.text()).toBe('some bytes');
  });

  it('whose object went away meanwhile is not found', async () => {
    const gone = anImage();
    gateway.world.images.set(gone.id, gone);
    const file = { key: `images/${gone.id}/gone`, size: '10', checksum: null, index_hash: null, layers: [] };
    gateway.world.files.set(gone.id, file);
    expect((await download({}, 'GET', gone)).status).toBe(404);
  });

  it('whose object is shorter than its record is a fault of ours, and not a byte of it is sent', async () => {
    const short = await stored(Buffer.from('some bytes'), null);
    const file = gateway.world.files.get(short.id);
    if (file === null || file === undefined) throw new Error('it was stored');
    gateway.world.files.set(short.id, { ...file, size: '1000' });
    const response = await download({}, 'GET', short);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('some bytes');
  });

  it('of an image without bytes is empty', async () => {
    const empty = await stored(Buffer.alloc(0), null);
    const response = await download({}, 'GET', empty);
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '0', '']);
    expect((await download({ range: 'bytes=0-' }, 'GET', empty)).status).toBe(416);
  });

  it('that the store breaks off once goes on where it was', async () => {
    const content = randomBytes(8_000_000);
    const large = await stored(content, null);
    await breakConnections();
    gateway.wayToStore.faults.push({ kind: 'cut', direction: 'from_server', after: 1_000_000 });
    const response = await download({}, 'GET', large);
    expect(response.status).toBe(200);
    expect((await body(response)).equals(content)).toBe(true);
  });

  it('that the store breaks off for good is cut, not left waiting', async () => {
    const large = await stored(randomBytes(40_000_000), null);
    const response = await download({}, 'GET', large);
    expect(response.status).toBe(200);
    await gateway.store.deleteMany([gateway.world.files.get(large.id)?.key ?? '']);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it('is 503 while the store is away', async () => {
    await breakConnections();
    const away = { kind: 'cut', direction: 'to_server', after: 0 } as const;
    gateway.wayToStore.faults.push(...Array.from({ length: 5 }, () => away));
    const response = await download();
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect((await download()).status).toBe(200);
  });

  it('stops being read when its client goes away, and is logged as cut', async () => {
    const large = await stored(Buffer.alloc(40_000_000), null);
    const response = await download({}, 'GET', large);
    const token = response.headers.get('x-openstack-request-id') ?? 'none';
    const reader = response.body?.getReader();
    await reader?.read();
    const others = gateway.wayToStore.open - 1; // idle ones that are kept
    await reader?.cancel();
    await eventually(() => {
      expect(gateway.wayToStore.open).toBe(others);
      const line = gateway.logLines.map((each) => JSON.parse(each)).find((each) => each.request_id === token);
      expect(line).toMatchObject({ status: 200, cut: true });
    });
  });

  it('waits for a client that does not read, and holds only a few buffers meanwhile', async () => {
    const content = randomBytes(40_000_000);
    const large = await stored(content, null);
    const token = await gateway.tokenOf('alice');
    const connected = once(gateway.server, 'connection') as Promise<[Socket]>;
    const client = connect(Number(new URL(gateway.base).port), '127.0.0.1').pause();
    client.write(
      `GET /v2/images/${large.id}/file HTTP/1.1\r\nhost: x\r\nx-auth-token: ${token}\r\nconnection: close\r\n\r\n`,
    );
    const [connection] = await connected;
    await eventually(() => {
      expect(connection.bytesWritten).toBeGreaterThan(1_000_000);
      expect(connection.writableNeedDrain).toBe(true);
    });
    expect(connection.bytesWritten).toBeLessThan(24_000_000); // the rest is what the kernel holds
    const received: Buffer[] = [];
    for await (const chunk of client) received.push(chunk as Buffer);
    expect(Buffer.concat(received).subarray(-content.length).equals(content)).toBe(true);
  });
});
