import { randomUUID } from 'node:crypto';
import { FLAVORS, refusal, type ServerRecord } from '@imago/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { aJob, aServer } from '../../test/records.ts';

let gateway: GatewayUnderTest;
const image_id = randomUUID();
const valid = { name: '云 web', image_id, flavor: 'small' };

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});
beforeEach(() => {
  const { world, servers } = gateway;
  world.jobs.clear();
  world.confirmed.length = 0;
  Object.assign(world, { boardIsCurrent: true, boardIsBroken: false });
  servers.servers.clear();
  for (const asked of [servers.orders, servers.lists, servers.consoleLengths]) asked.length = 0;
  Object.assign(servers, { console: '', eventsEach: 1, refuseOrders: null });
});

function post(path: string, as: Person, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  if (body === undefined) return gateway.ask(path, as, { method: 'POST', headers });
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return gateway.ask(path, as, { ...init, body: JSON.stringify(body) });
}

function thereIs(change: Partial<ServerRecord> = {}): ServerRecord {
  const server = aServer(change);
  gateway.servers.servers.set(server.id, server);
  return server;
}

/** Every way to change a server that is there. */
const ORDERS: readonly (readonly [string, string, object | undefined, object])[] = [
  ['POST', '/start', undefined, { action: 'start', hard: false }],
  ['POST', '/stop', undefined, { action: 'stop', hard: false }],
  ['POST', '/stop', { hard: true }, { action: 'stop', hard: true }],
  ['POST', '/reboot', {}, { action: 'reboot', hard: false }],
  ['POST', '/reboot', { hard: true }, { action: 'reboot', hard: true }],
  ['POST', '/change-os', { image_id, user_data: '#!/bin/sh' }, { image_id, user_data: '#!/bin/sh' }],
  ['DELETE', '', undefined, {}],
];

function order(method: string, path: string, as: Person, body?: object): Promise<Response> {
  return method === 'DELETE' ? gateway.ask(path, as, { method }) : post(path, as, body, { 'idempotency-key': 'key-1' });
}

describe('an order for servers', () => {
  it('is accepted as a job, with the servers, at places that can be read at once', async () => {
    const response = await post('/v1/servers', 'alice', { ...valid, count: 2 }, { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(202);
    const { servers, ...job } = await readJson(response);
    expect(job).toMatchObject({ type: 'server', state: 'queued', project_id: 'p-a' });
    expect(job).not.toHaveProperty('projection');
    expect(job).not.toHaveProperty('event_ids');
    expect(gateway.world.confirmed).toContain(job.id);
    expect(servers.map(({ name }: ServerRecord) => name)).toEqual(['云 web-1', '云 web-2']);
    const location = response.headers.get('location') ?? '';
    expect(location).toBe(`/v1/jobs/${job.id}`);
    await expect(readJson(await gateway.ask(location, 'alice'))).resolves.toMatchObject({ id: job.id });
    const shown = await readJson(await gateway.ask(`/v1/servers/${servers[0].id}`, 'alice'));
    expect(shown).toMatchObject({ status: 'building', task: 'creating', image_id });
    expect(gateway.servers.orders).toMatchObject([
      {
        request: { ...valid, region: 'region-1', idempotency_key: 'key-1', network: 'default', count: 2 },
        context: { user_id: 'u-alice', project_id: 'p-a', roles: ['member', 'reader'] },
      },
    ]);
  });

  it('into a region is found there alone', async () => {
    const response = await post('/regions/region-2/v1/servers', 'alice', valid);
    const { id, servers } = await readJson(response);
    expect(response.headers.get('location')).toBe(`/regions/region-2/v1/jobs/${id}`);
    expect((await gateway.ask(`/regions/region-2/v1/servers/${servers[0].id}`, 'alice')).status).toBe(200);
    expect((await gateway.ask(`/v1/servers/${servers[0].id}`, 'alice')).status).toBe(404);
  });

  it('of so many that their events need several questions is confirmed for all of them', async () => {
    gateway.servers.eventsEach = 3;
    const response = await post('/v1/servers', 'alice', { ...valid, count: 80 });
    expect(response.status).toBe(202);
    expect(await readJson(response)).not.toHaveProperty('projection');
    expect(new Set(gateway.world.confirmed).size).toBe(240);
  });

  it.each([{ boardIsCurrent: false }, { boardIsBroken: true }])(
    'is accepted and says so when the next read may not show it yet: %j',
    async (state) => {
      Object.assign(gateway.world, state);
      const response = await post('/v1/servers', 'alice', valid);
      expect(response.status).toBe(202);
      await expect(readJson(response)).resolves.toMatchObject({ projection: 'pending' });
    },
  );

  it('is refused as a problem that names every fault, and nothing is asked of anybody', async () => {
    const wrong = { ...valid, flavor: undefined, count: 0, colour: 'red', data_disks: [{ size_gib: 0, path: '/' }] };
    const response = await post('/v1/servers', 'alice', wrong);
    expect(response.status).toBe(400);
    const { code, errors } = await readJson(response);
    expect(code).toBe('request.invalid');
    expect(errors).toContainEqual({ path: 'count', message: 'must be 1 or more: it is how many servers are made' });
    const paths = errors.map(({ path }: { path: string }) => path).sort();
    expect(paths).toEqual(['colour', 'count', 'data_disks.0.path', 'data_disks.0.size_gib', 'flavor']);
    for (const body of [undefined, null, [], 'web', { ...valid, name: '' }]) {
      expect((await post('/v1/servers', 'alice', body)).status).toBe(400);
    }
    expect((await post('/v1/servers', 'alice', valid, { 'idempotency-key': 'a b' })).status).toBe(400);
    expect(gateway.servers.orders).toEqual([]);
  });

  it.each([
    [refusal('image.not_found', 'There is no image in here.'), 404],
    [refusal('image.deactivated', 'It is deactivated.'), 403],
    [refusal('server.disk_size_mismatch', 'It has 10 GiB.'), 400],
    [refusal('request.idempotency_conflict', 'Used for another.'), 409],
    [refusal('server.host_memory_full', 'No memory left.'), 503],
    [new Error('the password of the host'), 500],
  ])('refused by its service is told as that: %s', async (error, status) => {
    gateway.servers.refuseOrders = error;
    const response = await post('/v1/servers', 'alice', valid);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.text()).not.toContain('password');
  });

  it('is not for readers', async () => {
    expect((await post('/v1/servers', 'reader', valid)).status).toBe(403);
    expect(gateway.servers.orders).toEqual([]);
  });
});

describe('an order for one server', () => {
  it.each(ORDERS)('is a job: %s %s %j', async (method, path, body, asked) => {
    for (const [prefix, region] of [
      ['', 'region-1'],
      ['/regions/region-2', 'region-2'],
    ] as const) {
      const { id } = thereIs({ region });
      const response = await order(method, `${prefix}/v1/servers/${id.toUpperCase()}${path}`, 'alice', body);
      expect(response.status).toBe(202);
      const job = await readJson(response);
      expect(job).toMatchObject({ type: 'server', state: 'queued', server: { id, job_id: job.id } });
      expect(response.headers.get('location')).toBe(`${prefix}/v1/jobs/${job.id}`);
      expect(gateway.world.confirmed).toContain(job.id);
      const key = method === 'DELETE' ? {} : { idempotency_key: 'key-1' };
      expect(gateway.servers.orders.at(-1)?.request).toEqual({ server_id: id, region, ...asked, ...key });
    }
  });

  it.each(ORDERS)('is for members of its project: %s %s %j', async (method, path, body) => {
    const { id } = thereIs();
    expect((await order(method, `/v1/servers/${id}${path}`, 'reader', body)).status).toBe(403);
    for (const [whose, as] of [
      [id, 'bob'],
      [randomUUID(), 'alice'],
      ['web-1', 'alice'],
    ] as const) {
      const response = await order(method, `/v1/servers/${whose}${path}`, as, body);
      expect(response.status).toBe(404);
      await expect(readJson(response)).resolves.toMatchObject({
        code: 'server.not_found',
        detail: 'There is no such server.',
      });
    }
    expect(gateway.servers.orders).toEqual([]);
    expect((await order(method, `/v1/servers/${id}${path}`, 'operator', body)).status).toBe(202);
  });

  it.each<[string, unknown]>([
    ['start', { hard: true }],
    ['stop', { hard: 'yes' }],
    ['stop', { force: true }],
    ['reboot', []],
    ['change-os', undefined],
    ['change-os', { image_id: 'debian' }],
    ['change-os', { image_id, flavor: 'large' }],
    ['change-os', { image_id, user_data: 'x'.repeat(16_385) }],
  ])('is refused with what it does not know: %s %j', async (action, body) => {
    const { id } = thereIs();
    expect((await post(`/v1/servers/${id}/${action}`, 'alice', body)).status).toBe(400);
    expect(gateway.servers.orders).toEqual([]);
  });

  it.each([
    ['server.busy', 409],
    ['server.wrong_state', 409],
    ['server.not_stopped', 409],
  ] as const)('refused by its service is told as that: %s', async (code, status) => {
    const { id } = thereIs();
    gateway.servers.refuseOrders = refusal(code, 'Not now.');
    expect((await post(`/v1/servers/${id}/change-os`, 'alice', { image_id })).status).toBe(status);
  });
});

describe('servers', () => {
  it('are listed with their filters and a next link', async () => {
    const [, second] = [thereIs(), thereIs(), thereIs()];
    thereIs({ project_id: 'p-b' });
    const query = `limit=2&status=running&name=web&image_id=${image_id}`;
    const page = await readJson(await gateway.ask(`/v1/servers?${query}`, 'reader'));
    expect(page.servers).toHaveLength(2);
    expect(page).toMatchObject({ first: `/v1/servers?${query}`, next: `/v1/servers?${query}&marker=${second.id}` });
    const rest = await readJson(await gateway.ask(`/regions/region-2/v1/servers?marker=${second.id}`, 'alice'));
    expect(rest).toEqual({ servers: [], first: '/v1/servers' });
    const nothing = { marker: null, name: null, status: null, image_id: null };
    expect(gateway.servers.lists).toEqual([
      { ...nothing, region: 'region-1', limit: 2, name: 'web', status: 'running', image_id },
      { ...nothing, region: 'region-2', limit: 25, marker: second.id },
    ]);
  });

  it.each(['limit=0', 'limit=ten', 'marker=x', 'status=broken', 'image_id=x', `name=${'x'.repeat(256)}`, 'colour=red'])(
    'are not listed for ?%s',
    async (query) => {
      expect((await gateway.ask(`/v1/servers?${query}`, 'alice')).status).toBe(400);
      expect(gateway.servers.lists).toEqual([]);
    },
  );

  it('are not listed after one that is not there', async () => {
    const response = await gateway.ask(`/v1/servers?marker=${randomUUID()}`, 'alice');
    expect(response.status).toBe(400);
    await expect(readJson(response)).resolves.toMatchObject({ code: 'server.marker_not_found' });
  });

  it('are shown to their project as what they are, and are not there for others', async () => {
    const server = thereIs();
    await expect(readJson(await gateway.ask(`/v1/servers/${server.id}`, 'reader'))).resolves.toEqual(server);
    for (const path of [`/v1/servers/${server.id}`, `/v1/servers/${randomUUID()}`, '/v1/servers/web-1']) {
      const response = await gateway.ask(path, 'bob');
      expect(response.status).toBe(404);
      await expect(readJson(response)).resolves.toMatchObject({ detail: 'There is no such server.' });
    }
  });

  it('have one of these sizes', async () => {
    await expect(readJson(await gateway.ask('/v1/flavors', 'reader'))).resolves.toEqual({ flavors: FLAVORS });
  });

  it('are in one of these networks', async () => {
    const networks = [{ name: 'default', restricted: true }];
    await expect(readJson(await gateway.ask('/regions/region-2/v1/networks', 'reader'))).resolves.toEqual({ networks });
  });

  it('that are being made can be cancelled by who may make some', async () => {
    const job = aJob({ type: 'server' });
    gateway.world.jobs.set(job.id, job);
    expect((await post(`/v1/jobs/${job.id}/cancel`, 'reader')).status).toBe(403);
    expect((await post(`/v1/jobs/${job.id}/cancel`, 'bob')).status).toBe(404);
    const response = await post(`/v1/jobs/${job.id}/cancel`, 'alice');
    expect(response.status).toBe(202);
    await expect(readJson(response)).resolves.toMatchObject({ id: job.id, state: 'cancelling' });
    expect(gateway.world.confirmed).toEqual([job.id]);
  });
});

describe('the console of a server', () => {
  const said = '\u001b[2J<script>alert(1)</script>\r\nlogin: \u0000\ufffd 你好';

  it.each([undefined, '*/*', 'application/json', 'text/html', 'image/png', 'application/json, text/plain'])(
    'is JSON for who asks for %s, with everything in it as the guest wrote it',
    async (accept) => {
      gateway.servers.console = said;
      const { id } = thereIs();
      const headers: Record<string, string> = accept === undefined ? {} : { accept };
      const response = await gateway.ask(`/v1/servers/${id}/console`, 'reader', { headers });
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const text = await response.text();
      expect(JSON.parse(text)).toEqual({ output: said });
      expect(text).not.toMatch(/[\u0000-\u001f]/);
      expect(gateway.servers.consoleLengths).toEqual([16_384]);
    },
  );

  it.each(['text/plain', 'text/plain, application/json;q=0.5', 'text/*'])(
    'is text for who asks for %s',
    async (accept) => {
      gateway.servers.console = said;
      const { id } = thereIs();
      const response = await gateway.ask(`/v1/servers/${id}/console?length=262144`, 'alice', { headers: { accept } });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('vary')).toContain('Accept');
      expect(await response.text()).toBe(said);
      expect(gateway.servers.consoleLengths).toEqual([262_144]);
    },
  );

  it('may be nothing yet', async () => {
    const { id } = thereIs();
    await expect(readJson(await gateway.ask(`/v1/servers/${id}/console`, 'alice'))).resolves.toEqual({ output: '' });
    const response = await gateway.ask(`/v1/servers/${id}/console`, 'alice', { headers: { accept: 'text/plain' } });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it.each(['length=0', 'length=262145', 'length=-1', 'length=1.5', 'length=', 'tail=5'])(
    'is not shown for ?%s',
    async (query) => {
      const { id } = thereIs();
      expect((await gateway.ask(`/v1/servers/${id}/console?${query}`, 'alice')).status).toBe(400);
      expect(gateway.servers.consoleLengths).toEqual([]);
    },
  );

  it('is not there for others', async () => {
    const { id } = thereIs();
    expect((await gateway.ask(`/v1/servers/${id}/console`, 'bob')).status).toBe(404);
    expect((await gateway.ask('/v1/servers/web-1/console', 'alice')).status).toBe(404);
  });
});
