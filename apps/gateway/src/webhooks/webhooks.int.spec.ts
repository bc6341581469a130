import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { aDelivery } from '../../test/webhook-neighbour.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const url = 'https://receiver.example/hook';

function send(
  method: string,
  path: string,
  as: Person,
  { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Response> {
  const init = { method, headers: { 'content-type': 'application/json', ...headers } };
  return gateway.ask(path, as, body === undefined ? init : { ...init, body: JSON.stringify(body) });
}

async function made(as: Person = 'alice'): Promise<string> {
  return (await readJson(await send('POST', '/v1/webhooks', as, { body: { url } }))).id;
}

describe('a webhook', () => {
  it('is made once under one key, is where its answer says, and tells its secret only then', async () => {
    const order = { body: { url, types: ['ImageReady'] }, headers: { 'idempotency-key': 'k' } };
    const response = await send('POST', '/regions/region-2/v1/webhooks', 'alice', order);
    expect(response.status).toBe(201);
    const { secret, ...webhook } = await readJson(response);
    expect(webhook).toMatchObject({ url, types: ['ImageReady'], project_id: 'p-a', region: 'region-2' });
    expect(secret).toMatch(/^whsec_/);
    const location = response.headers.get('location') ?? '';
    expect(location).toBe(`/regions/region-2/v1/webhooks/${webhook.id}`);
    expect(await readJson(await gateway.ask(location, 'reader'))).toEqual(webhook);
    const id = async (as: Person, headers: Record<string, string>): Promise<string> =>
      (await readJson(await send('POST', '/regions/region-2/v1/webhooks', as, { ...order, headers }))).id;
    expect(await id('alice', order.headers)).toBe(webhook.id);
    for (const other of [await id('alice', {}), await id('bob', order.headers)]) expect(other).not.toBe(webhook.id);
  });

  it.each<[what: string, body: unknown]>([
    ['says nothing', {}],
    ['has no scheme', { url: 'receiver.example' }],
    ['has another scheme', { url: 'ftp://receiver.example' }],
    ['has too long a URL', { url: `https://receiver.example/${'x'.repeat(2048)}` }],
    ['asks for a type there is not', { url, types: ['ImageReddy'] }],
    ['gives its types as text', { url, types: 'ImageReady' }],
    ['asks for more types than a webhook may name', { url, types: Array<string>(1001).fill('ImageReady') }],
    ['chooses its secret', { url, secret: 'secret' }],
    ['chooses a short secret', { url, secret: `whsec_${'A'.repeat(20)}` }],
    ['names another project', { url, project_id: 'p-b' }],
    ['has no body', undefined],
  ])('that %s is refused before anybody is asked', async (_what, body) => {
    const before = gateway.webhooks.created.length;
    const response = await send('POST', '/v1/webhooks', 'alice', { body });
    expect([response.status, (await readJson(response)).code]).toEqual([400, 'request.invalid']);
    expect(gateway.webhooks.created).toHaveLength(before);
  });

  it('is changed by what is given', async () => {
    const id = await made();
    const nothing = { url: null, types: null, state: null, secret: null };
    for (const change of [{ url }, { types: [] }, { state: 'disabled' }, { secret: 'new' }] as const) {
      const response = await send('PATCH', `/v1/webhooks/${id}`, 'alice', { body: change });
      expect(response.status).toBe(200);
      expect('secret' in (await readJson(response))).toBe('secret' in change);
      expect(gateway.webhooks.changes.at(-1)).toEqual({ webhook_id: id, region: 'region-1', ...nothing, ...change });
    }
    for (const body of [{}, { state: 'deleted' }, { secret: 'old' }, { id }, { types: ['X'] }])
      expect((await send('PATCH', `/v1/webhooks/${id}`, 'alice', { body })).status).toBe(400);
  });

  it('is listed page by page, to an operator any project’s', async () => {
    const [first] = [await made('bob'), await made('bob')];
    const page = await readJson(await gateway.ask('/v1/webhooks?limit=1', 'bob'));
    expect(page).toMatchObject({
      webhooks: [{}],
      next: expect.stringMatching(/^\/v1\/webhooks\?limit=1&marker=/) as string,
    });
    expect(gateway.webhooks.lists.at(-1)).toEqual({ region: 'region-1', project_id: 'p-b', marker: null, limit: 1 });
    expect((await gateway.ask('/v1/webhooks?project_id=p-b', 'alice')).status).toBe(404);
    const all = await readJson(await gateway.ask('/v1/webhooks?project_id=p-b', 'operator'));
    expect(all.webhooks).toEqual(expect.arrayContaining([expect.objectContaining({ id: first })]));
    for (const query of ['limit=0', 'marker=x', 'state=enabled'])
      expect((await gateway.ask(`/v1/webhooks?${query}`, 'bob')).status).toBe(400);
  });

  it('is not there for another project, nor by a name that is no id, and not for readers to change', async () => {
    const id = await made();
    const body = { state: 'disabled' };
    const paths = ['', '/deliveries', `/deliveries/${randomUUID()}`];
    const orders = ['/test', '/replay', `/deliveries/${randomUUID()}/replay`];
    for (const [name, as] of [
      [id, 'bob'],
      ['1', 'alice'],
      [randomUUID(), 'alice'],
    ] as const) {
      const answers = [
        ...paths.map((path) => gateway.ask(`/v1/webhooks/${name}${path}`, as)),
        ...orders.map((path) => send('POST', `/v1/webhooks/${name}${path}`, as)),
        send('PATCH', `/v1/webhooks/${name}`, as, { body }),
        send('DELETE', `/v1/webhooks/${name}`, as),
      ];
      for (const answer of await Promise.all(answers))
        expect([answer.status, (await readJson(answer)).code]).toEqual([404, 'webhook.not_found']);
    }
    for (const path of orders) expect((await send('POST', `/v1/webhooks/${id}${path}`, 'reader')).status).toBe(403);
    expect((await send('PATCH', `/v1/webhooks/${id}`, 'reader', { body })).status).toBe(403);
    expect((await send('DELETE', `/v1/webhooks/${id}`, 'reader')).status).toBe(403);
    expect((await send('POST', '/v1/webhooks', 'reader', { body: { url } })).status).toBe(403);
    expect((await send('DELETE', `/v1/webhooks/${id}`, 'alice')).status).toBe(204);
    expect((await gateway.ask(`/v1/webhooks/${id}`, 'alice')).status).toBe(404);
  });
});

describe('deliveries', () => {
  it('are listed by state, page by page, and shown', async () => {
    const id = await made();
    gateway.webhooks.deliveries.push(aDelivery(id, randomUUID()), aDelivery(id, randomUUID()));
    const [first] = gateway.webhooks.deliveries;
    const path = `/v1/webhooks/${id}/deliveries`;
    const page = await readJson(await gateway.ask(`${path}?state=parked&limit=1`, 'reader'));
    expect(page).toMatchObject({ deliveries: [first], next: `${path}?state=parked&limit=1&marker=${first?.id ?? ''}` });
    const asked = { webhook_id: id, region: 'region-1', state: 'parked', marker: null, limit: 1 };
    expect(gateway.webhooks.deliveryLists.at(-1)).toEqual(asked);
    expect(await readJson(await gateway.ask(`${path}/${first?.id ?? ''}`, 'reader'))).toEqual(first);
    for (const strange of ['1', randomUUID()]) {
      const answer = await gateway.ask(`${path}/${strange}`, 'alice');
      expect([answer.status, (await readJson(answer)).code]).toEqual([404, 'webhook_delivery.not_found']);
    }
    for (const query of ['state=lost', 'limit=0', 'marker=x', 'y=1'])
      expect((await gateway.ask(`${path}?${query}`, 'alice')).status).toBe(400);
  });

  it('are sent again, one or all, and a test is sent once under one key', async () => {
    const path = `/v1/webhooks/${await made()}`;
    const delivery_id = randomUUID();
    const one = await send('POST', `${path}/deliveries/${delivery_id}/replay`, 'alice');
    expect([one.status, (await readJson(one)).id]).toEqual([202, delivery_id]);
    const all = await send('POST', `${path}/replay`, 'alice', { body: {} });
    expect([all.status, await readJson(all)]).toEqual([202, { replayed: 3, more: false }]);
    const test = async (headers = {}): Promise<string> =>
      (await readJson(await send('POST', `${path}/test`, 'alice', { headers }))).id;
    const key = { 'idempotency-key': 't' };
    expect(await test(key)).toBe(await test(key));
    expect(await test()).not.toBe(await test());
    expect(gateway.webhooks.sent.map(({ what }) => what)).toEqual([
      'replay',
      'replay all',
      ...Array<string>(4).fill('test'),
    ]);
    expect((await send('POST', `${path}/replay`, 'alice', { body: { all: true } })).status).toBe(400);
  });
});
