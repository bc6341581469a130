import { randomBytes, randomUUID } from 'node:crypto';
import type { ShownImage } from '@imago/contracts';
import { signDownloadLink } from '@imago/identity';
import { readObject, storeImage, type StoredImage } from '@imago/image-transfer/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { anImage } from '../../test/records.ts';

const MIB = 2 ** 20;

describe('a link to an image', () => {
  const disk = Buffer.concat([randomBytes(2 * MIB), Buffer.alloc(3 * MIB), randomBytes(MIB)]);
  let gateway: GatewayUnderTest;
  let stored: StoredImage;

  beforeAll(async () => {
    gateway = await startGateway();
    stored = await storeImage(gateway.store, disk);
  });
  afterAll(() => gateway.close());

  function thereIs(change: Partial<ShownImage> = {}): ShownImage {
    const image = anImage({ disk_format: 'qcow2', status: 'active', ...change });
    gateway.world.images.set(image.id, image);
    gateway.exports.objects.set(image.id, stored.object);
    return image;
  }

  async function linkTo({ id }: ShownImage, body: object = {}): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await gateway.ask(`/v1/images/${id}/download-links`, 'alice', init);
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return (await readJson(response)).url.replace(gateway.base, '');
  }

  it('gives the image to whoever has it, without a token, and says what it is', async () => {
    const image = thereIs({ name: 'web 1/..\\"镜像"' });
    const response = await gateway.ask(await linkTo(image));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"/\\]+\.qcow2"/);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const file = await readObject(gateway.store, stored.object.key);
    expect(file.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
  });

  it('gives it as a file of the format it was made for, in ranges, with an ETag', async () => {
    const link = await linkTo(thereIs(), { disk_format: 'raw' });
    const head = await gateway.ask(link, null, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, disk.length.toString()]);
    const etag = head.headers.get('etag') ?? '';
    const part = await gateway.ask(link, null, { headers: { range: 'bytes=1000-2099', 'if-range': etag } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-2099/${disk.length}`]);
    expect(disk.subarray(1000, 2100).equals(Buffer.from(await part.arrayBuffer()))).toBe(true);
    expect((await gateway.ask(link, null, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await gateway.ask(link, null, { headers: { range: `bytes=${disk.length}-` } })).status).toBe(416);
    const whole = Buffer.from(await (await gateway.ask(link)).arrayBuffer());
    expect(disk.equals(whole)).toBe(true);
  });

  it('dies with the image, and sleeps while that is closed', async () => {
    const image = thereIs();
    const link = await linkTo(image);
    gateway.world.images.set(image.id, { ...image, status: 'deactivated' });
    expect(await readJson(await gateway.ask(link))).toMatchObject({ status: 403, code: 'image.deactivated' });
    gateway.world.images.set(image.id, image);
    expect((await gateway.ask(link, null, { method: 'HEAD' })).status).toBe(200);
    gateway.world.images.delete(image.id);
    expect(await readJson(await gateway.ask(link))).toMatchObject({ status: 404, code: 'image.not_found' });
  });

  it('opens nothing when it is expired, changed, forged, of another kind or without a token', async () => {
    const image = thereIs();
    const token = new URLSearchParams((await linkTo(image)).split('?')[1]).get('token') ?? '';
    const at = (id: string, text: string) => gateway.ask(`/v1/downloads/${id}?token=${encodeURIComponent(text)}`);
    const codeOf = async (response: Response) => [response.status, (await readJson(response)).code];
    const facts = { link_id: randomUUID(), image_id: image.id, region: 'region-1', project_id: 'p-a' } as const;
    const expired = { ...facts, disk_format: 'raw', expires_at: Date.now() - 1 } as const;
    const { contextKey } = gateway.exports;
    expect(await codeOf(await at(image.id, signDownloadLink(expired, contextKey)))).toEqual([410, 'link.expired']);
    const forged = signDownloadLink({ ...expired, expires_at: Date.now() + 60_000 }, randomBytes(32).toString('hex'));
    const changed = `${token.slice(0, 5)}${token[5] === 'A' ? 'B' : 'A'}${token.slice(6)}`;
    for (const bad of [forged, changed, gateway.signedContext(), 'a.b', '.']) {
      expect(await codeOf(await at(image.id, bad))).toEqual([403, 'link.invalid']);
    }
    expect(await codeOf(await at(thereIs().id, token))).toEqual([403, 'link.invalid']);
    expect((await gateway.ask(`/v1/downloads/${image.id}`)).status).toBe(400);
  });

  it('is made by the owner alone', async () => {
    const { id } = thereIs();
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const make = async (as: 'bob' | 'reader' | null) =>
      (await gateway.ask(`/v1/images/${id}/download-links`, as, init)).status;
    expect([await make('reader'), await make('bob'), await make(null)]).toEqual([403, 404, 401]);
  });

  it('never stands in the log', async () => {
    const link = await linkTo(thereIs());
    await (await gateway.ask(link)).arrayBuffer();
    const token = link.split('token=')[1] ?? 'none';
    expect(gateway.logLines.some((line) => line.includes(token))).toBe(false);
    expect(gateway.logLines.some((line) => line.includes('a link is used'))).toBe(true);
  });
});
