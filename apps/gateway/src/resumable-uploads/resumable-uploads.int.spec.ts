import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const MD5 = '5eb63bbbe01eeed093cb22bb8f5acdc3';
const SHA256 = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9';
const size = 40 * 2 ** 30;

function send(
  method: string,
  path: string,
  as: Person,
  { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Response> {
  const init = {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  };
  return gateway.ask(path, as, body === undefined ? init : { ...init, body: JSON.stringify(body) });
}

async function begun(as: Person = 'alice'): Promise<string> {
  return (await readJson(await send('POST', '/v1/uploads', as, { body: { size } }))).id;
}

describe('a file sent in parts', () => {
  it('is begun once under one key, and is where its answer says', async () => {
    const body = { size, name: 'disk.raw', sha256: SHA256.toUpperCase(), fingerprint: 'f', part_size: 2 ** 26 };
    const order = { body, headers: { 'idempotency-key': 'k' } };
    const response = await send('POST', '/regions/region-2/v1/uploads', 'alice', order);
    expect(response.status).toBe(201);
    const upload = await readJson(response);
    expect(upload).toMatchObject({
      ...body,
      size: String(size),
      sha256: SHA256,
      project_id: 'p-a',
      region: 'region-2',
    });
    const location = response.headers.get('location') ?? '';
    expect(location).toBe(`/regions/region-2/v1/uploads/${upload.id}`);
    const shown = await readJson(await gateway.ask(location, 'reader'));
    expect(shown).toEqual({ ...upload, bytes_stored: '0', missing_parts: [1] });
    const id = async (as: Person, headers: Record<string, string>): Promise<string> =>
      (await readJson(await send('POST', '/regions/region-2/v1/uploads', as, { body, headers }))).id;
    expect(await id('alice', order.headers)).toBe(upload.id);
    for (const other of [await id('alice', {}), await id('bob', order.headers)]) expect(other).not.toBe(upload.id);
  });

  it.each([
    {},
    { size: 0 },
    { size: -1 },
    { size: 1.5 },
    { size: '1e3' },
    { size, part_size: 5 * 2 ** 20 - 1 },
    { size, part_size: 5 * 2 ** 30 + 1 },
    { size, sha256: MD5 },
    { size, name: 'a\nb' },
    { size, fingerprint: '' },
    { size, project_id: 'p-b' },
    undefined,
  ])('is refused before anybody is asked: %j', async (body) => {
    const before = gateway.resumableUploads.started.length;
    const response = await send('POST', '/v1/uploads', 'alice', { body });
    expect([response.status, (await readJson(response)).code]).toEqual([400, 'request.invalid']);
    expect(gateway.resumableUploads.started).toHaveLength(before);
  });

  it('gets URLs for parts by their MD5, a hundred in one request', async () => {
    const id = await begun();
    const path = `/v1/uploads/${id}/part-urls`;
    const response = await send('POST', path, 'alice', { body: { parts: [{ part_number: 1, md5: MD5 }] } });
    expect(response.status).toBe(200);
    const { parts } = await readJson(response);
    expect(parts).toMatchObject([{ part_number: 1, stored: false, url: expect.stringContaining('https://') }]);
    expect(gateway.resumableUploads.signed.at(-1)).toMatchObject({ upload_id: id, region: 'region-1' });
    const many = Array.from({ length: 101 }, (_, index) => ({ part_number: index + 1, md5: MD5 }));
    expect((await send('POST', path, 'alice', { body: { parts: many.slice(0, 100) } })).status).toBe(200);
    for (const wrong of [
      many,
      [],
      [{ part_number: 0, md5: MD5 }],
      [{ part_number: 10_001, md5: MD5 }],
      [{ part_number: 1 }],
      [{ part_number: 1, md5: SHA256 }],
    ]) {
      expect((await send('POST', path, 'alice', { body: { parts: wrong } })).status).toBe(400);
    }
  });

  it('is completed with or without the hash of the whole file', async () => {
    const id = await begun();
    for (const [body, sha256] of [
      [undefined, null],
      [{}, null],
      [{ sha256: SHA256 }, SHA256],
    ] as const) {
      const response = await send('POST', `/v1/uploads/${id}/complete`, 'alice', { body });
      expect([response.status, (await readJson(response)).state]).toEqual([202, 'completing']);
      expect(gateway.resumableUploads.completed.at(-1)).toEqual({ upload_id: id, region: 'region-1', sha256 });
    }
    expect((await send('POST', `/v1/uploads/${id}/complete`, 'alice', { body: { sha256: MD5 } })).status).toBe(400);
  });

  it('is listed page by page, to an operator any project’s', async () => {
    const [first] = [await begun('bob'), await begun('bob')];
    const page = await readJson(await gateway.ask('/v1/uploads?limit=1&state=open&fingerprint=f', 'bob'));
    expect(page.uploads.map(({ id }: { id: string }) => id)).toEqual([first]);
    expect(page.next).toBe(`/v1/uploads?limit=1&state=open&fingerprint=f&marker=${first}`);
    expect(gateway.resumableUploads.lists.at(-1)).toEqual({
      ...{ region: 'region-1', project_id: 'p-b', limit: 1, marker: null, state: 'open', fingerprint: 'f' },
    });
    expect((await gateway.ask('/v1/uploads?project_id=p-b', 'operator')).status).toBe(200);
    expect((await gateway.ask('/v1/uploads?project_id=p-b', 'alice')).status).toBe(404);
    for (const query of ['limit=0', 'marker=x', 'state=closed', 'colour=red']) {
      expect((await gateway.ask(`/v1/uploads?${query}`, 'alice')).status).toBe(400);
    }
  });

  it('is its project’s alone, and readers only look', async () => {
    const id = await begun();
    const parts = [{ part_number: 1, md5: MD5 }];
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '/part-urls', { parts }],
      ['POST', '/complete', {}],
      ['DELETE', '', undefined],
    ] as const) {
      const status = async (as: Person, of = id): Promise<number> =>
        (await send(method, `/v1/uploads/${of}${path}`, as, { body })).status;
      expect([method, path, await status('bob')]).toEqual([method, path, 404]);
      expect([method, path, await status('reader')]).toEqual([method, path, method === 'GET' ? 200 : 403]);
      expect(await status('alice', randomUUID())).toBe(404);
      expect(await status('alice', 'nonsense')).toBe(404);
    }
    expect((await send('POST', '/v1/uploads', 'reader', { body: { size } })).status).toBe(403);
    expect((await send('DELETE', `/v1/uploads/${id}`, 'alice')).status).toBe(204);
    expect((await gateway.ask(`/v1/uploads/${id}`, 'alice')).status).toBe(404);
  });
});
