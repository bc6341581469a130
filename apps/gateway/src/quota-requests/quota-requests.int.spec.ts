import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.accounts.requests.clear();
});

const wish = { resource: 'images', requested_limit: 20, reason: 'a branch in every city' };

function post(path: string, as: Person, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return gateway.ask(path, as, body === undefined ? init : { ...init, body: JSON.stringify(body) });
}

async function submitted(): Promise<string> {
  return (await readJson(await post('/v1/quota-requests', 'alice', wish))).id;
}

describe('a quota request', () => {
  it('is made once under one key, and is where its answer says', async () => {
    const response = await post('/regions/region-2/v1/quota-requests', 'alice', wish, { 'idempotency-key': 'k' });
    expect(response.status).toBe(201);
    const request = await readJson(response);
    expect(request).toMatchObject({ ...wish, project_id: 'p-a', region: 'region-2', state: 'submitted' });
    const location = response.headers.get('location') ?? '';
    expect(location).toBe(`/regions/region-2/v1/quota-requests/${request.id}`);
    expect(await readJson(await gateway.ask(location, 'reader'))).toEqual(request);
    const id = async (as: Person, key: Record<string, string>): Promise<string> =>
      (await readJson(await post('/regions/region-2/v1/quota-requests', as, wish, key))).id;
    expect(await id('alice', { 'idempotency-key': 'k' })).toBe(request.id);
    for (const other of [await id('alice', {}), await id('bob', { 'idempotency-key': 'k' })])
      expect(other).not.toBe(request.id);
  });

  it.each([
    { ...wish, requested_limit: -1 },
    { ...wish, requested_limit: 0 },
    { ...wish, requested_limit: 1.5 },
    { ...wish, requested_limit: '20' },
    { ...wish, requested_limit: 10_485_761 },
    { ...wish, requested_limit: 1_000_000_000 },
    { ...wish, requested_limit: 1e300 },
    { ...wish, resource: 'money' },
    { ...wish, reason: ' ' },
    { ...wish, reason: 'x'.repeat(2001) },
    { ...wish, reason: 'two\nlines' },
    { ...wish, project_id: 'p-b' },
    { resource: 'images', requested_limit: 20 },
    [],
    undefined,
  ])('is refused before anybody is asked: %j', async (body) => {
    const response = await post('/v1/quota-requests', 'alice', body);
    expect(response.status).toBe(400);
    expect(await readJson(response)).toMatchObject({ code: 'request.invalid' });
    expect(gateway.accounts.requests.size).toBe(0);
  });

  it('is not there for another project, nor by a name that is no id', async () => {
    const id = await submitted();
    for (const [path, as] of [
      [id, 'bob'],
      ['1', 'alice'],
      [randomUUID(), 'alice'],
    ] as const) {
      const response = await gateway.ask(`/v1/quota-requests/${path}`, as);
      expect(response.status).toBe(404);
      expect(await readJson(response)).toMatchObject({ code: 'quota_request.not_found' });
    }
  });

  it('is made by members and listed to readers, as their own project’s, page by page', async () => {
    expect((await post('/v1/quota-requests', 'reader', wish)).status).toBe(403);
    const ids = [await submitted(), await submitted()];
    const page = await readJson(await gateway.ask('/v1/quota-requests?limit=1&state=submitted', 'reader'));
    expect(page).toMatchObject({
      quota_requests: [{ id: ids[0] }],
      next: `/v1/quota-requests?limit=1&state=submitted&marker=${ids[0]}`,
    });
    expect(gateway.accounts.requestLists.at(-1)).toMatchObject({ project_id: 'p-a', state: 'submitted', limit: 1 });
    for (const query of ['limit=0', 'limit=x', 'state=open', 'marker=1', 'project_id=p-b'])
      expect((await gateway.ask(`/v1/quota-requests?${query}`, 'alice')).status).toBe(400);
  });
});

describe('an operator', () => {
  const path = (id: string, verb: string): string => `/v1/operator/quota-requests/${id}/${verb}`;

  it('says yes or no, with or without a word', async () => {
    const id = await submitted();
    const [approved, rejected] = [
      await post(path(id, 'approve'), 'operator', { comment: 'granted', special: true }),
      await post(path(id, 'reject'), 'operator'),
    ];
    expect([approved.status, rejected.status]).toEqual([200, 200]);
    expect(await readJson(approved)).toMatchObject({ id, state: 'approved', comment: 'granted' });
    const asked = { request_id: id, region: 'region-1' };
    expect(gateway.accounts.decisions.slice(-2)).toEqual([
      { ...asked, decision: 'approved', comment: 'granted', special: true },
      { ...asked, decision: 'rejected', comment: null, special: false },
    ]);
  });

  it('alone decides, in words that can be shown, about what there is', async () => {
    const id = await submitted();
    const decided = gateway.accounts.decisions.length;
    for (const verb of ['approve', 'reject']) {
      expect((await post(path(id, verb), 'alice')).status).toBe(403);
      expect((await post(path(id, verb), 'operator', { comment: 'a\u0007b' })).status).toBe(400);
      expect((await post(path(id, verb), 'operator', { comment: 'x'.repeat(2001) })).status).toBe(400);
      expect((await post(path('1', verb), 'operator')).status).toBe(404);
      expect((await post(path(randomUUID(), verb), 'operator')).status).toBe(404);
    }
    expect((await post(path(id, 'reject'), 'operator', { special: true })).status).toBe(400);
    expect(gateway.accounts.decisions).toHaveLength(decided);
  });

  it('alone lists every project’s, and by project and state', async () => {
    expect((await gateway.ask('/v1/operator/quota-requests', 'alice')).status).toBe(403);
    await Promise.all([submitted(), submitted()]);
    const query = 'limit=1&project_id=p-a&state=submitted';
    const page = await readJson(await gateway.ask(`/v1/operator/quota-requests?${query}`, 'operator'));
    expect(page.next).toContain(`/v1/operator/quota-requests?${query}&marker=`);
    expect(gateway.accounts.requestLists.at(-1)).toMatchObject({ project_id: 'p-a', state: 'submitted' });
    await gateway.ask('/v1/operator/quota-requests', 'operator');
    expect(gateway.accounts.requestLists.at(-1)).toMatchObject({ project_id: null, state: null, marker: null });
  });
});
