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
  for (const book of [world.jobs, world.images]) book.clear();
  for (const list of [world.jobLists, world.confirmed, exports.exports, exports.cancelled]) list.length = 0;
  world.boardIsCurrent = true;
  exports.refuse = null;
  image = anImage();
  world.images.set(image.id, image);
});

function post(path: string, as: Person, body?: object, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return gateway.ask(path, as, { ...init, ...(body && { body: JSON.stringify(body) }) });
}

const destination = { bucket: 'alices-files', object: 'exports/web.img' };

function wanted(change: object = {}): object {
  return { image_id: image.id, disk_format: 'vmdk', destination, ...change };
}

describe('an export', () => {
  it('is accepted as a job, at a place that can be read at once', async () => {
    const response = await post('/v1/exports', 'alice', wanted(), { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(202);
    const job = await readJson(response);
    expect(job).toMatchObject({ type: 'export', state: 'queued', project_id: 'p-a' });
    expect(gateway.world.confirmed).toEqual([job.id]);
    expect(response.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(gateway.exports.exports).toMatchObject([
      {
        request: { ...wanted(), overwrite: false, region: 'region-1', idempotency_key: 'key-1' },
        context: { user_id: 'u-alice', project_id: 'p-a' },
      },
    ]);
  });

  it.each([
    ['image_id', { image_id: undefined }],
    ['image_id', { image_id: '../etc' }],
    ['disk_format', { disk_format: 'vdi' }],
    ['destination', { destination: 's3://alices-files/web.img' }],
    ['destination.bucket', { destination: { ...destination, bucket: '../other' } }],
    ['destination.object', { destination: { ...destination, object: '' } }],
    ['destination.object', { destination: { ...destination, object: 'a\u0000b' } }],
    ['destination.region', { destination: { ...destination, region: 'region-2' } }],
    ['overwrite', { overwrite: 'yes' }],
    ['format', { format: 'raw' }],
  ])('is refused when %s is at fault: %j', async (path, change) => {
    const response = await post('/v1/exports', 'alice', wanted(change));
    expect(response.status).toBe(400);
    const problem = await readJson(response);
    expect(problem.errors.map((each: { path: string }) => each.path)).toEqual([path]);
    expect(gateway.exports.exports).toEqual([]);
  });

  it.each([
    [refusal('export.object_exists', 'It is there.'), 409],
    [refusal('export.destination_busy', 'Another one.'), 409],
    [refusal('export.bucket_not_found', 'No such bucket.'), 404],
    [refusal('export.bucket_unusable', 'Closed.'), 409],
    [refusal('export.bucket_unavailable', 'Away.'), 503],
    [refusal('export.format_unsupported', 'Too large.'), 415],
  ])('refused by its service is told as that: %s', async (error, status) => {
    gateway.exports.refuse = error;
    const response = await post('/v1/exports', 'alice', wanted());
    expect([response.status, await readJson(response)]).toMatchObject([
      status,
      { code: error.code, remedy: error.remedy },
    ]);
  });

  it('is for members of the project of the image; for others there is none', async () => {
    expect((await post('/v1/exports', 'reader', wanted())).status).toBe(403);
    const foreign = await readJson(await post('/v1/exports', 'bob', wanted()));
    const unknown = await readJson(await post('/v1/exports', 'bob', wanted({ image_id: randomUUID() })));
    expect(foreign).toMatchObject({ status: 404, code: 'image.not_found' });
    expect({ ...foreign, request_id: '' }).toEqual({ ...unknown, request_id: '' });
    expect(gateway.exports.exports).toEqual([]);
  });

  it('is found among exports, and nothing else is; what it wrote is shown', async () => {
    const { id } = await readJson(await post('/v1/exports', 'alice', wanted()));
    const file = { ...destination, disk_format: 'vmdk', size: '5', checksum: 'ab'.repeat(16) } as const;
    const result = { ...file, os_hash_algo: 'sha512', os_hash_value: 'cd'.repeat(64) } as const;
    gateway.world.jobs.set(id, aJob({ id, type: 'export', project_id: 'p-a', state: 'succeeded', result }));
    await expect(readJson(await gateway.ask(`/v1/exports/${id}`, 'alice'))).resolves.toMatchObject({ id, result });
    expect((await gateway.ask(`/v1/exports/${id}`, 'bob')).status).toBe(404);
    expect(await readJson(await gateway.ask('/v1/exports', 'alice'))).toMatchObject({ exports: [{ id }] });
    expect(gateway.world.jobLists).toMatchObject([{ type: 'export' }]);
    const other = aJob({ type: 'import' });
    gateway.world.jobs.set(other.id, other);
    expect((await gateway.ask(`/v1/exports/${other.id}`, 'alice')).status).toBe(404);
  });

  it('is cancelled by asking its service', async () => {
    const { id } = await readJson(await post('/v1/exports', 'alice', wanted()));
    expect((await post(`/v1/jobs/${id}/cancel`, 'alice')).status).toBe(202);
    expect(gateway.exports.cancelled).toEqual([id]);
  });
});
