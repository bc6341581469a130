import { randomUUID } from 'node:crypto';
import { type ShownImage, refusal } from '@imago/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { aJob, anImage } from '../../test/records.ts';

let gateway: GatewayUnderTest;
let image: ShownImage;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});
beforeEach(() => {
  const { world, exports } = gateway;
  for (const book of [world.jobs, world.images, world.lineages]) book.clear();
  for (const list of [world.jobLists, world.confirmed, exports.copies, exports.cancelled]) list.length = 0;
  world.boardIsCurrent = true;
  exports.refuse = null;
  image = anImage();
  world.images.set(image.id, image);
});

function post(path: string, as: Person, body?: object, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return gateway.ask(path, as, { ...init, ...(body && { body: JSON.stringify(body) }) });
}

function wanted(change: object = {}): object {
  return { image_id: image.id, name: '镜像 copied', ...change };
}

describe('a copy', () => {
  it('is accepted as a job, in the region of the image unless another is named', async () => {
    const response = await post('/v1/copies', 'alice', wanted(), { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(202);
    const job = await readJson(response);
    expect(job).toMatchObject({ type: 'copy', state: 'queued', project_id: 'p-a', region: 'region-1' });
    expect(response.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(gateway.world.confirmed).toEqual([job.id]);
    expect(gateway.exports.copies).toMatchObject([
      {
        request: {
          idempotency_key: 'key-1',
          source: { image_id: image.id, region: 'region-1' },
          name: '镜像 copied',
          destination_region: 'region-1',
        },
        context: { user_id: 'u-alice', project_id: 'p-a' },
      },
    ]);
  });

  it('to another region is a job of that region, where its answer says it is', async () => {
    const response = await post('/v1/copies', 'alice', wanted({ destination_region: 'region-2' }));
    const { id } = await readJson(response);
    const location = response.headers.get('location') ?? '';
    expect(location).toBe(`/regions/region-2/v1/jobs/${id}`);
    await expect(readJson(await gateway.ask(location, 'alice'))).resolves.toMatchObject({ id, region: 'region-2' });
    expect((await gateway.ask(`/regions/region-2/v1/copies/${id}`, 'alice')).status).toBe(200);
    expect((await gateway.ask(`/v1/copies/${id}`, 'alice')).status).toBe(404);
  });

  it.each([
    ['image_id', { image_id: undefined }],
    ['image_id', { image_id: '../etc' }],
    ['name', { name: undefined }],
    ['name', { name: ' ' }],
    ['name', { name: 'a'.repeat(256) }],
    ['name', { name: 'two\nlines' }],
    ['destination_region', { destination_region: '../region-2' }],
    ['destination_region', { destination_region: null }],
    ['visibility', { visibility: 'public' }],
  ])('is refused when %s is at fault: %j', async (path, change) => {
    const response = await post('/v1/copies', 'alice', wanted(change));
    expect(response.status).toBe(400);
    const problem = await readJson(response);
    expect(problem.errors.map((each: { path: string }) => each.path)).toEqual([path]);
    expect(gateway.exports.copies).toEqual([]);
  });

  it.each([
    [refusal('copy.same_name', 'It is called so.'), 400],
    [refusal('copy.not_allowed', 'Not by members.'), 403],
    [refusal('image.deactivated', 'Closed.'), 403],
    [refusal('image.not_active', 'Not yet.'), 400],
    [refusal('region.not_found', 'No such region.'), 404],
    [refusal('quota.images_exceeded', 'No place left.', { limit: 10, used: 10 }), 413],
    [refusal('request.idempotency_conflict', 'Used for another.'), 409],
  ])('refused by its service is told as that: %s', async (error, status) => {
    gateway.exports.refuse = error;
    const response = await post('/v1/copies', 'alice', wanted());
    expect(response.status).toBe(status);
    await expect(readJson(response)).resolves.toMatchObject({ code: error.code, remedy: error.remedy });
  });

  it('is not for readers; to others there is no such image', async () => {
    expect((await post('/v1/copies', 'reader', wanted())).status).toBe(403);
    const foreign = await post('/v1/copies', 'bob', wanted());
    const unknown = await post('/v1/copies', 'bob', wanted({ image_id: randomUUID() }));
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
  });

  it('is found among copies, and nothing else is; it is cancelled as every job is', async () => {
    const { id } = await readJson(await post('/v1/copies', 'alice', wanted()));
    const other = aJob({ type: 'export' });
    gateway.world.jobs.set(other.id, other);
    await expect(readJson(await gateway.ask(`/v1/copies/${id}`, 'alice'))).resolves.toMatchObject({ id });
    expect((await gateway.ask(`/v1/copies/${other.id}`, 'alice')).status).toBe(404);
    expect((await gateway.ask(`/v1/copies/${id}`, 'bob')).status).toBe(404);
    const page = await readJson(await gateway.ask('/v1/copies?limit=1', 'alice'));
    expect(page).toMatchObject({ copies: [{ id }], first: '/v1/copies?limit=1' });
    expect(gateway.world.jobLists).toMatchObject([{ type: 'copy', limit: 1 }]);
    expect((await post(`/v1/jobs/${id}/cancel`, 'alice')).status).toBe(202);
    expect(gateway.exports.cancelled).toEqual([id]);
  });
});

describe('the lineage of a copy', () => {
  it('names what it is a copy of to its own project, and to nobody else', async () => {
    const copied_from = { image_id: randomUUID(), region: 'region-2', name: 'web', status: 'active' as const };
    const mine = anImage({ visibility: 'public' });
    gateway.world.images.set(mine.id, mine);
    gateway.world.lineages.set(mine.id, { copied_from });
    const path = `/v1/images/${mine.id}/lineage`;
    await expect(readJson(await gateway.ask(path, 'alice'))).resolves.toMatchObject({ copied_from });
    await expect(readJson(await gateway.ask(path, 'bob'))).resolves.toMatchObject({ copied_from: null });
  });
});
