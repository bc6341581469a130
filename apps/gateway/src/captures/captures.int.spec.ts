import { randomUUID } from 'node:crypto';
import { type ImageRecord, refusal, type ServerRecord } from '@imago/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { aJob, anImage, anOrigin, aServer } from '../../test/records.ts';

let gateway: GatewayUnderTest;
let server: ServerRecord;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});
beforeEach(() => {
  const { world, servers, captures } = gateway;
  for (const book of [world.jobs, world.images, world.lineages, servers.servers]) book.clear();
  for (const list of [world.jobLists, world.confirmed, captures.captures, captures.flattens, captures.cancelled]) {
    list.length = 0;
  }
  world.boardIsCurrent = true;
  captures.refuse = null;
  server = aServer({ status: 'stopped' });
  servers.servers.set(server.id, server);
});

function post(path: string, as: Person, body?: object, headers: Record<string, string> = {}): Promise<Response> {
  if (body === undefined) return gateway.ask(path, as, { method: 'POST', headers });
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return gateway.ask(path, as, { ...init, body: JSON.stringify(body) });
}

function wanted(change: object = {}): object {
  return { server_id: server.id, source: { type: 'system_disk' }, name: '镜像 web-1', ...change };
}

function thereIs(change: Partial<ImageRecord> = {}): ImageRecord {
  const image = anImage(change);
  gateway.world.images.set(image.id, image);
  return image;
}

describe('a capture', () => {
  it('is accepted as a job, at a place that can be read at once', async () => {
    const response = await post('/v1/captures', 'alice', wanted(), { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(202);
    const job = await readJson(response);
    expect(job).toMatchObject({ type: 'capture', state: 'queued', project_id: 'p-a' });
    expect(job).not.toHaveProperty('projection');
    expect(gateway.world.confirmed).toEqual([job.id]);
    const location = response.headers.get('location') ?? '';
    expect(location).toBe(`/v1/jobs/${job.id}`);
    await expect(readJson(await gateway.ask(location, 'alice'))).resolves.toMatchObject({ id: job.id });
    expect(gateway.captures.captures).toMatchObject([
      {
        request: { ...wanted(), description: null, region: 'region-1', idempotency_key: 'key-1' },
        context: { user_id: 'u-alice', project_id: 'p-a', roles: ['member', 'reader'] },
      },
    ]);
  });

  it.each([
    ['a data disk', { type: 'data_disk', disk_id: randomUUID() }],
    ['the full machine', { type: 'full_machine' }],
  ])('may be of %s, with a description', async (_what, source) => {
    const change = { source, description: 'before the upgrade' };
    expect((await post('/v1/captures', 'alice', wanted(change))).status).toBe(202);
    expect(gateway.captures.captures[0]?.request).toMatchObject({
      ...change,
      idempotency_key: null,
      verify_boot: false,
    });
    expect((await post('/v1/captures', 'alice', wanted({ verify_boot: true }))).status).toBe(202);
    expect(gateway.captures.captures[1]?.request).toMatchObject({ verify_boot: true });
  });

  it('is generalized when it is said so, and only then', async () => {
    for (const change of [{ generalize: true }, { generalize: false }, {}]) {
      expect((await post('/v1/captures', 'alice', wanted(change))).status).toBe(202);
    }
    const wishes = gateway.captures.captures.map(({ request }) => request.generalize);
    expect(wishes).toEqual([true, false, false]);
  });

  it('is of a server of its region', async () => {
    expect((await post('/regions/region-2/v1/captures', 'alice', wanted())).status).toBe(404);
    gateway.servers.servers.set(server.id, { ...server, region: 'region-2' });
    const response = await post('/regions/region-2/v1/captures', 'alice', wanted());
    const { id } = await readJson(response);
    expect(response.headers.get('location')).toBe(`/regions/region-2/v1/jobs/${id}`);
    expect((await gateway.ask(`/regions/region-2/v1/captures/${id}`, 'alice')).status).toBe(200);
    expect((await gateway.ask(`/v1/captures/${id}`, 'alice')).status).toBe(404);
  });

  it('says so when the next read may not show it yet', async () => {
    gateway.world.boardIsCurrent = false;
    await expect(readJson(await post('/v1/captures', 'alice', wanted()))).resolves.toMatchObject({
      projection: 'pending',
    });
  });

  it.each([
    ['server_id', { server_id: undefined }],
    ['server_id', { server_id: 'web-1' }],
    ['source', { source: undefined }],
    ['source', { source: 'system_disk' }],
    ['source.type', { source: { type: 'snapshot' } }],
    ['source.disk_id', { source: { type: 'data_disk' } }],
    ['source.disk_id', { source: { type: 'data_disk', disk_id: '../etc' } }],
    ['source.disk_id', { source: { type: 'system_disk', disk_id: randomUUID() } }],
    ['name', { name: ' ' }],
    ['name', { name: null }],
    ['description', { description: 7 }],
    ['generalize', { generalize: 'yes' }],
    ['min_disk', { min_disk: 40 }],
    ['verify_boot', { verify_boot: 'yes' }],
    ['verify_boot', { verify_boot: true, source: { type: 'data_disk', disk_id: randomUUID() } }],
  ])('is refused when %s is at fault: %j', async (path, change) => {
    const response = await post('/v1/captures', 'alice', wanted(change));
    expect(response.status).toBe(400);
    const problem = await readJson(response);
    expect(problem).toMatchObject({ code: 'request.invalid' });
    expect(problem.errors.map((each: { path: string }) => each.path)).toEqual([path]);
    expect(gateway.captures.captures).toEqual([]);
  });

  it.each([
    [refusal('server.not_stopped', 'It is running.'), 409],
    [refusal('server.busy', 'It has a task.'), 409],
    [refusal('server.disk_not_found', 'It has no such disk.'), 404],
    [refusal('server.host_not_available', 'Its host is away.'), 503],
    [refusal('quota.images_exceeded', 'No place left.', { limit: 10, used: 10 }), 413],
    [refusal('request.idempotency_conflict', 'Used for another.'), 409],
  ])('refused by its service is told as that: %s', async (error, status) => {
    gateway.captures.refuse = error;
    const response = await post('/v1/captures', 'alice', wanted());
    expect(response.status).toBe(status);
    await expect(readJson(response)).resolves.toMatchObject({ code: error.code, remedy: error.remedy });
  });

  it('is for members of the project of the server; for others there is none', async () => {
    expect((await post('/v1/captures', 'reader', wanted())).status).toBe(403);
    const foreign = await post('/v1/captures', 'bob', wanted());
    const unknown = await post('/v1/captures', 'bob', wanted({ server_id: randomUUID() }));
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    const [one, other] = [await readJson(foreign), await readJson(unknown)];
    expect({ ...one, request_id: '' }).toEqual({ ...other, request_id: '' });
    expect(gateway.captures.captures).toEqual([]);
    expect((await post('/v1/captures', 'operator', wanted())).status).toBe(202);
  });

  it('is found among captures, and nothing else is', async () => {
    const { id } = await readJson(await post('/v1/captures', 'alice', wanted()));
    const other = aJob({ type: 'flatten' });
    gateway.world.jobs.set(other.id, other);
    await expect(readJson(await gateway.ask(`/v1/captures/${id}`, 'alice'))).resolves.toMatchObject({ id });
    expect((await gateway.ask(`/v1/captures/${other.id}`, 'alice')).status).toBe(404);
    expect((await gateway.ask(`/v1/captures/${id}`, 'bob')).status).toBe(404);
    const page = await readJson(await gateway.ask('/v1/captures?state=queued&limit=1', 'alice'));
    expect(page).toMatchObject({ captures: [{ id }], first: '/v1/captures?state=queued&limit=1' });
    expect(page.next).toBe(`/v1/captures?state=queued&limit=1&marker=${id}`);
    expect(gateway.world.jobLists).toMatchObject([{ type: 'capture', state: 'queued', limit: 1 }]);
    expect((await gateway.ask('/v1/captures?type=import', 'alice')).status).toBe(400);
  });
});

describe('flattening an image', () => {
  it('is accepted as a job', async () => {
    const { id } = thereIs();
    const response = await post(`/v1/images/${id}/flatten`, 'alice', undefined, { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(202);
    const job = await readJson(response);
    expect(job).toMatchObject({ type: 'flatten', state: 'queued' });
    expect(response.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(gateway.world.confirmed).toEqual([job.id]);
    expect(gateway.captures.flattens).toMatchObject([
      { request: { image_id: id, region: 'region-1', idempotency_key: 'key-1' }, context: { project_id: 'p-a' } },
    ]);
  });

  it('is refused as its service says', async () => {
    const { id } = thereIs();
    gateway.captures.refuse = refusal('image.not_layered', 'It is stored whole.');
    const response = await post(`/v1/images/${id}/flatten`, 'alice');
    expect(response.status).toBe(409);
    await expect(readJson(response)).resolves.toMatchObject({ code: 'image.not_layered' });
    expect((await post(`/v1/images/${id}/flatten`, 'alice', { depth: 1 })).status).toBe(400);
  });

  it('is for its owner', async () => {
    const image = thereIs();
    expect((await post(`/v1/images/${image.id}/flatten`, 'reader')).status).toBe(403);
    expect((await post(`/v1/images/${image.id}/flatten`, 'bob')).status).toBe(404);
    const shown = thereIs({ visibility: 'public' });
    expect((await post(`/v1/images/${shown.id}/flatten`, 'bob')).status).toBe(403);
    expect((await post(`/regions/region-2/v1/images/${image.id}/flatten`, 'alice')).status).toBe(404);
    expect(gateway.captures.flattens).toEqual([]);
  });
});

describe('cancelling', () => {
  it.each(['capture', 'flatten'] as const)('a job of type %s is asked of the capture service', async (type) => {
    const job = aJob({ type });
    gateway.world.jobs.set(job.id, job);
    const response = await post(`/v1/jobs/${job.id}/cancel`, 'alice');
    expect(response.status).toBe(202);
    await expect(readJson(response)).resolves.toMatchObject({ id: job.id, state: 'cancelling' });
    expect((await post(`/v1/jobs/${job.id}/cancel`, 'reader')).status).toBe(403);
    expect((await post(`/v1/jobs/${job.id}/cancel`, 'bob')).status).toBe(404);
    expect(gateway.captures.cancelled).toEqual([job.id]);
  });

  it('what nobody ordered is refused', async () => {
    const job = aJob({ type: 'digest' });
    gateway.world.jobs.set(job.id, job);
    const response = await post(`/v1/jobs/${job.id}/cancel`, 'alice');
    expect(response.status).toBe(409);
    await expect(readJson(response)).resolves.toMatchObject({ code: 'job.wrong_state' });
  });
});

describe('the lineage of an image', () => {
  const hidden = { name: null, status: null, origin: null, created_at: null };

  it('is told as far as catalog tells it', async () => {
    const image = thereIs({ origin: anOrigin() });
    const seen = { name: 'base', status: 'active', origin: anOrigin(), created_at: image.created_at } as const;
    const ancestors = [
      { image_id: randomUUID(), ...seen },
      { image_id: randomUUID(), ...hidden },
    ];
    gateway.world.lineages.set(image.id, { ancestors, layers: 3 });
    const response = await gateway.ask(`/v1/images/${image.id}/lineage`, 'reader');
    expect(response.status).toBe(200);
    const { id: image_id, name, status, origin, created_at } = image;
    await expect(readJson(response)).resolves.toEqual({
      ...{ image_id, name, status, origin, created_at },
      ...{ copied_from: null, layers: 3, ancestors },
    });
  });

  it('is for who may see the image', async () => {
    const image = thereIs();
    expect((await gateway.ask(`/v1/images/${image.id}/lineage`, 'bob')).status).toBe(404);
    expect((await gateway.ask(`/regions/region-2/v1/images/${image.id}/lineage`, 'alice')).status).toBe(404);
    const shown = thereIs({ visibility: 'public' });
    expect((await gateway.ask(`/v1/images/${shown.id}/lineage`, 'bob')).status).toBe(200);
  });
});
