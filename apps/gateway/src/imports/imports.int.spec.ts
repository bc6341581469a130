import { refusal } from '@imago/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { aJob, aPreflight } from '../../test/records.ts';

let gateway: GatewayUnderTest;

const valid = {
  source: 's3://my-bucket/web.qcow2',
  disk_format: 'qcow2',
  name: '镜像 web-1',
  os_distro: 'ubuntu',
  os_version: '22.04',
  architecture: 'x86_64',
  min_disk: 40,
  enterprise_project_id: 'default',
  agreement_accepted: true,
};

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});
beforeEach(() => {
  const { world } = gateway;
  world.jobs.clear();
  world.imports.length = 0;
  world.preflights.length = 0;
  world.confirmed.length = 0;
  world.jobLists.length = 0;
  world.boardIsCurrent = true;
  world.boardIsBroken = false;
  world.refuseImports = null;
});

function post(path: string, as: Person, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return gateway.ask(path, as, body === undefined ? init : { ...init, body: JSON.stringify(body) });
}

describe('an import', () => {
  it('is accepted as a job, at a place that can be read at once', async () => {
    const response = await post('/v1/imports', 'alice', valid, { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(202);
    const job = await readJson(response);
    expect(job).toMatchObject({ type: 'import', state: 'queued', project_id: 'p-a' });
    expect(job).not.toHaveProperty('projection');
    expect(gateway.world.confirmed).toEqual([job.id]);
    const location = response.headers.get('location') ?? '';
    expect(location).toBe(`/v1/jobs/${job.id}`);
    expect(await readJson(await gateway.ask(location, 'alice'))).toMatchObject({ id: job.id });
    const [asked] = gateway.world.imports;
    expect(asked?.request).toMatchObject({
      region: 'region-1',
      idempotency_key: 'key-1',
      source: { bucket: 'my-bucket' },
    });
  });

  it('is asked for on behalf of the caller, with the ids of the request', async () => {
    const correlation = 'req-6d6e1f0c-9d2b-4b53-8e7b-b0d8c2b6f1aa';
    const response = await post('/v1/imports', 'alice', valid, { 'x-openstack-request-id': correlation });
    expect(gateway.world.imports[0]?.context).toEqual({
      user_id: 'u-alice',
      user_name: 'alice',
      project_id: 'p-a',
      roles: ['member', 'reader'],
      request_id: response.headers.get('x-openstack-request-id'),
      correlation_id: correlation,
    });
  });

  it('into a region is found there', async () => {
    const response = await post('/regions/region-2/v1/imports', 'alice', valid);
    const { id } = await readJson(response);
    expect(response.headers.get('location')).toBe(`/regions/region-2/v1/jobs/${id}`);
    expect((await gateway.ask(`/v1/jobs/${id}`, 'alice')).status).toBe(404);
    expect((await gateway.ask(`/regions/region-2/v1/jobs/${id}`, 'alice')).status).toBe(200);
  });

  it.each([{ boardIsCurrent: false }, { boardIsBroken: true }])(
    'is accepted and says so when the next read may not show it yet: %j',
    async (state) => {
      Object.assign(gateway.world, state);
      const response = await post('/v1/imports', 'alice', valid);
      expect(response.status).toBe(202);
      await expect(readJson(response)).resolves.toMatchObject({ projection: 'pending' });
    },
  );

  it('is refused as a problem that names every fault', async () => {
    const response = await post('/v1/imports', 'alice', { ...valid, name: undefined, min_disk: 0, colour: 'red' });
    expect(response.status).toBe(400);
    const problem = await readJson(response);
    expect(problem).toMatchObject({ code: 'request.invalid', status: 400 });
    expect(problem.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['colour', 'min_disk', 'name']);
    expect(gateway.world.imports).toEqual([]);
  });

  it.each([
    [refusal('import.bucket_not_found', 'No such bucket.'), 404],
    [refusal('quota.images_exceeded', 'No place left.', { limit: 10, used: 10 }), 413],
    [refusal('request.idempotency_conflict', 'Used for another.'), 409],
    [refusal('import.region_without_storage', 'No storage here.'), 503],
    [new Error('the password of the database'), 500],
  ])('refused by its service is told as that: %s', async (error, status) => {
    gateway.world.refuseImports = error;
    const response = await post('/v1/imports', 'alice', valid);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.text()).not.toContain('password');
  });

  it('from a URL takes what opens it along, and shows it to nobody', async () => {
    const source = { url: 'https://example.org/a?signature=s3cret', headers: { Authorization: 'Bearer s3cret' } };
    const checksum = { algorithm: 'sha256', value: 'ab'.repeat(32) };
    const response = await post('/v1/imports', 'alice', { ...valid, source, checksum });
    expect(response.status).toBe(202);
    expect(await response.text()).not.toContain('s3cret');
    expect(gateway.world.imports[0]?.request).toMatchObject({
      source: { type: 'url', url: source.url, headers: { authorization: 'Bearer s3cret' } },
      checksum,
    });
  });

  it('with a header nobody may set is refused without showing its value', async () => {
    const source = { url: 'https://example.org/a', headers: { host: 's3cret' } };
    const response = await post('/v1/imports', 'alice', { ...valid, source });
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain('source.headers.host');
    expect(text).not.toContain('s3cret');
  });

  it('can be asked about beforehand with the same body, and nothing is asked for', async () => {
    const source = { url: 'https://example.org/a?signature=s3cret', headers: { Authorization: 'Bearer s3cret' } };
    const response = await post('/regions/region-2/v1/imports/preflight', 'alice', { ...valid, source });
    expect(response.status).toBe(200);
    expect(await readJson(response)).toEqual(aPreflight());
    expect(gateway.world.preflights).toMatchObject([
      {
        region: 'region-2',
        source: { type: 'url', headers: { authorization: 'Bearer s3cret' } },
        facts: { min_disk: 40 },
      },
    ]);
    const faulty = await post('/v1/imports/preflight', 'alice', { ...valid, name: undefined, os_distro: 'beos' });
    expect(faulty.status).toBe(400);
    const forbidden = await post('/v1/imports/preflight', 'reader', valid);
    expect(forbidden.status).toBe(403);
    gateway.world.refuseImports = refusal('import.preflight_busy', 'One is under way.');
    const busy = await post('/v1/imports/preflight', 'alice', valid);
    expect({ status: busy.status, ...(await readJson(busy)) }).toMatchObject({
      status: 429,
      code: 'import.preflight_busy',
    });
    expect(gateway.world.preflights).toHaveLength(1);
    expect(gateway.world).toMatchObject({ imports: [], registrations: [], confirmed: [] });
  });

  it('passes on the figures of a refusal', async () => {
    gateway.world.refuseImports = refusal('quota.images_exceeded', 'No place left.', { limit: 10, used: 10 });
    await expect(readJson(await post('/v1/imports', 'alice', valid))).resolves.toMatchObject({ limit: 10, used: 10 });
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(256)])('is refused with the Idempotency-Key %j', async (key) => {
    const response = await post('/v1/imports', 'alice', valid, { 'idempotency-key': encodeLatin1(key) });
    expect(response.status).toBe(400);
  });

  it('is not for readers', async () => {
    expect((await post('/v1/imports', 'reader', valid)).status).toBe(403);
  });
});

describe('jobs', () => {
  it('are listed with their filters and a next link', async () => {
    const jobs = [aJob(), aJob(), aJob()];
    for (const job of jobs) gateway.world.jobs.set(job.id, job);
    const response = await gateway.ask(`/v1/jobs?limit=2&state=running&type=import`, 'alice');
    const page = await readJson(response);
    expect(page.jobs).toHaveLength(2);
    expect(page.next).toBe(`/v1/jobs?limit=2&state=running&type=import&marker=${jobs[1]?.id}`);
    expect(gateway.world.jobLists).toEqual([
      { region: 'region-1', limit: 2, marker: null, state: 'running', type: 'import', image_id: null },
    ]);
    const imports = await readJson(await gateway.ask('/v1/imports', 'alice'));
    expect(imports.imports).toHaveLength(3);
    expect(gateway.world.jobLists.at(-1)).toMatchObject({ type: 'import', limit: 25 });
  });

  it.each(['limit=0', 'marker=x', 'state=broken', 'type=magic', 'colour=red'])(
    'are not listed for ?%s',
    async (query) => {
      expect((await gateway.ask(`/v1/jobs?${query}`, 'alice')).status).toBe(400);
    },
  );

  it('are shown as what they are', async () => {
    const job = aJob({ type: 'export' });
    gateway.world.jobs.set(job.id, job);
    await expect(readJson(await gateway.ask(`/v1/jobs/${job.id}`, 'alice'))).resolves.toEqual(job);
    expect((await gateway.ask(`/v1/imports/${job.id}`, 'alice')).status).toBe(404);
    expect((await gateway.ask('/v1/jobs/nonsense', 'alice')).status).toBe(404);
  });

  it('are cancelled by their owner, who sees it at once', async () => {
    const job = aJob();
    gateway.world.jobs.set(job.id, job);
    const response = await post(`/v1/jobs/${job.id}/cancel`, 'alice');
    expect(response.status).toBe(202);
    await expect(readJson(response)).resolves.toMatchObject({ id: job.id, state: 'cancelling' });
    expect(gateway.world.confirmed).toEqual([job.id]);
  });

  it('that have ended, or that nobody can cancel, are 409', async () => {
    const ended = aJob({ state: 'succeeded' });
    const other = aJob({ type: 'digest' });
    for (const job of [ended, other]) {
      gateway.world.jobs.set(job.id, job);
      const response = await post(`/v1/jobs/${job.id}/cancel`, 'alice');
      expect(response.status).toBe(409);
      await expect(readJson(response)).resolves.toMatchObject({ code: 'job.wrong_state' });
    }
  });

  it('of others are not there, whatever is asked', async () => {
    const job = aJob();
    gateway.world.jobs.set(job.id, job);
    expect((await gateway.ask(`/v1/jobs/${job.id}`, 'bob')).status).toBe(404);
    expect((await gateway.ask(`/v1/imports/${job.id}`, 'bob')).status).toBe(404);
    expect((await post(`/v1/jobs/${job.id}/cancel`, 'bob')).status).toBe(404);
    expect((await readJson(await gateway.ask('/v1/jobs', 'bob'))).jobs).toEqual([]);
    expect((await post(`/v1/jobs/${job.id}/cancel`, 'reader')).status).toBe(403);
  });
});

describe('quotas', () => {
  it('are shown for the own project, and for any to operators', async () => {
    const figures = { region: 'region-1', resource: 'images', limit: 10, used: 3 };
    await expect(readJson(await gateway.ask('/v1/quotas', 'alice'))).resolves.toEqual({
      quotas: [{ project_id: 'p-a', ...figures }],
    });
    const other = await gateway.ask('/v1/quotas?project_id=p-b', 'operator');
    await expect(readJson(other)).resolves.toEqual({ quotas: [{ project_id: 'p-b', ...figures }] });
    expect((await gateway.ask('/v1/quotas?project_id=p-b', 'alice')).status).toBe(404);
    const inRegion = await readJson(await gateway.ask('/regions/region-2/v1/quotas', 'alice'));
    expect(inRegion.quotas[0].region).toBe('region-2');
  });
});

describe('buckets', () => {
  it('are assigned by operators alone, in the region asked, and seen by their project', async () => {
    const path = '/regions/region-2/v1/operator/projects/p-a/buckets';
    const put = { method: 'PUT' };
    expect((await gateway.ask(`${path}/bucket-1`, 'alice', put)).status).toBe(403);
    const response = await gateway.ask(`${path}/bucket-1`, 'operator', put);
    expect(response.status).toBe(200);
    const assigned = { project_id: 'p-a', region: 'region-2', bucket: 'bucket-1' };
    await expect(readJson(response)).resolves.toEqual(assigned);
    await expect(readJson(await gateway.ask(path, 'operator'))).resolves.toEqual({ buckets: [assigned] });
    await expect(readJson(await gateway.ask('/regions/region-2/v1/buckets', 'alice'))).resolves.toEqual({
      buckets: [assigned],
    });
    await expect(readJson(await gateway.ask('/v1/buckets', 'alice'))).resolves.toEqual({ buckets: [] });
    expect((await gateway.ask(path, 'alice')).status).toBe(403);
    expect((await gateway.ask(`${path}/Bad_Name`, 'operator', put)).status).toBe(400);
  });

  it('show their project what is in them, page by page, and nobody else', async () => {
    await gateway.ask('/v1/operator/projects/p-a/buckets/bucket-2', 'operator', { method: 'PUT' });
    const path = '/v1/buckets/bucket-2/objects';
    const page = await readJson(await gateway.ask(`${path}?limit=1&prefix=disks/`, 'reader'));
    expect(page.objects).toEqual([
      { object: 'disks/1 é.qcow2', size: '5', last_modified: expect.any(String) as string },
    ]);
    const next = await readJson(await gateway.ask(page.next as string, 'alice'));
    expect(next).toMatchObject({ objects: [{ object: 'disks/2.raw' }] });
    expect(next.next).toBeUndefined();
    const asked = { region: 'region-1', bucket: 'bucket-2', prefix: 'disks/' };
    expect(gateway.world.objectLists).toEqual([
      { ...asked, limit: 1, marker: null },
      { ...asked, limit: 1, marker: 'disks/1 é.qcow2' },
    ]);
    expect((await gateway.ask(`${path}?limit=1000`, 'alice')).status).toBe(200);
    expect(gateway.world.objectLists.at(-1)).toMatchObject({ limit: 100, prefix: null });
    for (const [whose, as] of [
      [path, 'bob'],
      [`/regions/region-2${path}`, 'alice'],
      ['/v1/buckets/nowhere/objects', 'alice'],
    ] as const) {
      const refused = await gateway.ask(whose, as);
      expect(refused.status).toBe(404);
      await expect(readJson(refused)).resolves.toMatchObject({ code: 'import.bucket_not_found' });
    }
    for (const query of ['limit=0', 'prefix=', 'marker=%00', `prefix=${'x'.repeat(1025)}`, 'delimiter=/'])
      expect((await gateway.ask(`${path}?${query}`, 'alice')).status).toBe(400);
    expect((await gateway.ask('/v1/buckets/Bad_Name/objects', 'alice')).status).toBe(400);
  });
});

/** `fetch` sends header values as Latin-1. */
function encodeLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

describe('object stores', () => {
  const settings = {
    name: 'elsewhere',
    endpoint: 'https://s3.example.org',
    access_key: 'key',
    secret_key: 's3cret',
  };
  const put = (path: string, as: Person, body: unknown): Promise<Response> => {
    const headers = { 'content-type': 'application/json' };
    return gateway.ask(path, as, { method: 'PUT', headers, body: JSON.stringify(body) });
  };

  it('are made, shown, listed, replaced and deleted, and never show their secret key', async () => {
    const made = await post('/v1/object-stores', 'alice', settings);
    expect(made.status).toBe(201);
    const { id, ...store } = await readJson(made);
    expect(made.headers.get('location')).toBe(`/v1/object-stores/${id}`);
    expect(store).toMatchObject({ name: 'elsewhere', signing_region: 'us-east-1', addressing_style: 'path' });
    expect(gateway.world.objectStoreOrders).toMatchObject([{ secret_key: 's3cret', region: 'region-1' }]);
    await post('/v1/object-stores', 'alice', { ...settings, name: 'further' });
    const page = await gateway.ask('/v1/object-stores?limit=1', 'alice');
    expect(await readJson(page)).toMatchObject({
      object_stores: [{ id }],
      next: '/v1/object-stores?limit=1&marker=elsewhere',
    });
    const replaced = await put('/v1/object-stores/elsewhere', 'alice', { ...settings, signing_region: 'eu-1' });
    expect(await readJson(replaced)).toMatchObject({ id, signing_region: 'eu-1' });
    const shown = await gateway.ask('/v1/object-stores/elsewhere', 'alice');
    expect(await shown.text()).not.toContain('s3cret');
    expect((await gateway.ask('/v1/object-stores/elsewhere', 'alice', { method: 'DELETE' })).status).toBe(204);
    expect((await gateway.ask('/v1/object-stores/elsewhere', 'alice')).status).toBe(404);
    expect((await gateway.ask('/v1/object-stores/No%20Name', 'alice')).status).toBe(404);
  });

  it.each<[string, object]>([
    ['name', { name: 'A b' }],
    ['endpoint', { endpoint: 's3.example.org' }],
    ['secret_key', { secret_key: '' }],
    ['access_key', { access_key: 'a\nb' }],
    ['addressing_style', { addressing_style: 'auto' }],
    ['region', { region: 'eu-1' }],
  ])('are refused for their %s', async (field, change) => {
    const response = await post('/v1/object-stores', 'alice', { ...settings, ...change });
    expect(response.status).toBe(400);
    const { errors } = await readJson(response);
    expect(errors).toMatchObject([{ path: field }]);
  });

  it('are not made by readers', async () => {
    expect((await post('/v1/object-stores', 'reader', settings)).status).toBe(403);
  });
});
