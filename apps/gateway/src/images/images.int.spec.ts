import { randomUUID } from 'node:crypto';
import type { ImageRecord } from '@imago/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { anEvent, anImage } from '../../test/records.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});
beforeEach(() => {
  gateway.world.images.clear();
  gateway.world.lists.length = 0;
});

function given(change: Partial<ImageRecord> = {}): ImageRecord {
  const image = anImage(change);
  gateway.world.images.set(image.id, image);
  return image;
}

async function list(query: string) {
  const response = await gateway.ask(`/v2/images${query}`, 'alice');
  expect(response.status).toBe(200);
  return readJson(response);
}

describe('images', () => {
  it('are shown flat, as the OpenStack Image API does', async () => {
    const image = given();
    const response = await gateway.ask(`/v2/images/${image.id}`, 'alice');
    expect(response.status).toBe(200);
    await expect(response.json()).resolves.toMatchObject({ id: image.id, size: 1_048_576, hw_disk_bus: 'virtio' });
  });

  it('are listed by following next until it is absent', async () => {
    const ids = [given(), given(), given(), given(), given()].map((image) => image.id);
    given({ owner: 'p-b' });
    const seen: string[] = [];
    let query: string | undefined = '?limit=2&visibility=all';
    while (query !== undefined) {
      const page = await list(query);
      expect(page).toMatchObject({ first: '/v2/images?limit=2&visibility=all', schema: '/v2/schemas/images' });
      seen.push(...page.images.map((image: { id: string }) => image.id));
      query = (page.next as string | undefined)?.replace('/v2/images', '');
    }
    expect(seen).toEqual(ids);
  });

  it('are asked of catalog with what the caller wants', async () => {
    await list('?name=web-1&tag=a&tag=b&limit=5000');
    expect(gateway.world.lists).toEqual([
      {
        region: 'region-1',
        limit: 1000,
        marker: null,
        sort: [],
        filters: { name: ['web-1'], tags: ['a', 'b'], os_hidden: false, properties: {}, ranges: [], times: [] },
      },
    ]);
  });

  it('keep every filter in the links to other pages', async () => {
    const first = given();
    given();
    const page = await list('?tag=a&tag=b&limit=1');
    expect(page).toMatchObject({
      first: '/v2/images?tag=a&tag=b&limit=1',
      next: `/v2/images?tag=a&tag=b&limit=1&marker=${first.id}`,
    });
  });

  it.each(['limit=-1', 'marker=x', `marker=${randomUUID()}`, 'visibility=mine', 'name=a&name=b', 'sort=colour:asc'])(
    'are not listed for ?%s',
    async (query) => {
      given();
      expect((await gateway.ask(`/v2/images?${query}`, 'alice')).status).toBe(400);
    },
  );

  it('are of the region that is asked', async () => {
    const image = given({ region: 'region-2' });
    expect((await gateway.ask(`/v2/images/${image.id}`, 'alice')).status).toBe(404);
    expect((await gateway.ask(`/regions/region-2/v2/images/${image.id}`, 'alice')).status).toBe(200);
  });

  it('are found by name as clients try it first: not found, not an error', async () => {
    expect((await gateway.ask('/v2/images/web-1', 'alice')).status).toBe(404);
    expect((await gateway.ask('/v2/images/%00', 'alice')).status).toBe(404);
  });

  it('are deleted by a member of the owner, not by a reader', async () => {
    const image = given();
    expect((await gateway.ask(`/v2/images/${image.id}`, 'reader', { method: 'DELETE' })).status).toBe(403);
    const response = await gateway.ask(`/v2/images/${image.id}`, 'alice', { method: 'DELETE' });
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(gateway.world.images.has(image.id)).toBe(false);
  });

  it('are counted before their change is answered where it moves places, and not where it only says so again', async () => {
    const image = given({ visibility: 'private' });
    const patch = async (visibility: string): Promise<readonly string[]> => {
      gateway.world.counted.length = 0;
      const operations = [
        { op: 'replace', path: '/visibility', value: visibility },
        { op: 'replace', path: '/name', value: 'again' },
      ];
      const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
      const body = JSON.stringify(operations);
      const response = await gateway.ask(`/v2/images/${image.id}`, 'alice', { method: 'PATCH', headers, body });
      expect(response.status).toBe(200);
      return gateway.world.counted;
    };
    expect(await patch('private')).toEqual([]);
    expect(await patch('shared')).toHaveLength(1);
  });

  it('are gone from the quota when the deletion is answered, or are as soon as quota is back', async () => {
    gateway.world.counted.length = 0;
    await gateway.ask(`/v2/images/${given().id}`, 'alice', { method: 'DELETE' });
    expect(gateway.world.counted).toHaveLength(1);
    gateway.world.boardIsBroken = true;
    const late = await gateway.ask(`/v2/images/${given().id}`, 'alice', { method: 'DELETE' });
    gateway.world.boardIsBroken = false;
    expect(late.status).toBe(204);
  });

  it('are not deleted while they are protected', async () => {
    const image = given({ protected: true });
    const response = await gateway.ask(`/v2/images/${image.id}`, 'alice', { method: 'DELETE' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-imago-error-code')).toBe('image.protected');
  });

  it('of everybody are seen and not deleted by another tenant', async () => {
    const image = given({ visibility: 'public', owner: 'p-op' });
    expect((await gateway.ask(`/v2/images/${image.id}`, 'bob')).status).toBe(200);
    expect((await gateway.ask(`/v2/images/${image.id}`, 'bob', { method: 'DELETE' })).status).toBe(403);
  });
});

describe('another tenant', () => {
  it.each([
    ['GET', ''],
    ['DELETE', ''],
    ['GET', '/file'],
    ['HEAD', '/file'],
  ])('is told that there is no image: %s /v2/images/{id}%s', async (method, rest) => {
    const image = given();
    expect((await gateway.ask(`/v2/images/${image.id}${rest}`, 'bob', { method })).status).toBe(404);
    expect(gateway.world.images.has(image.id)).toBe(true);
  });

  it.each([
    ['GET', '/v2/images/{id}', '*/*'],
    ['GET', '/v2/images/{id}', 'application/json'],
    ['DELETE', '/v2/images/{id}', 'text/plain'],
    ['GET', '/v2/images/{id}/file', 'text/plain'],
    ['GET', '/v1/images/{id}/events', 'application/json'],
  ])('cannot tell it from one that is not there: %s %s as %s', async (method, path, accept) => {
    const answers = [given().id, randomUUID(), 'nonsense'].map(async (id) => {
      const response = await gateway.ask(path.replace('{id}', id), 'bob', { method, headers: { accept } });
      const body = (await response.text()).replaceAll(/req-[0-9a-f-]{36}/g, 'req');
      const headers = [...response.headers].filter(([name]) => !['date', 'x-openstack-request-id'].includes(name));
      return { status: response.status, body, headers };
    });
    const [hidden, missing, nonsense] = await Promise.all(answers);
    expect(hidden?.status).toBe(404);
    expect(hidden).toEqual(missing);
    expect(hidden).toEqual(nonsense);
  });

  it('sees no event of it, and nothing of it in the list', async () => {
    const image = given();
    expect((await gateway.ask(`/v1/images/${image.id}/events`, 'bob')).status).toBe(404);
    const response = await gateway.ask('/v2/images', 'bob');
    await expect(response.json()).resolves.toMatchObject({ images: [] });
  });
});

describe('the events of an image', () => {
  it('come in order, by pages, and tell tenants nothing of who else sees them', async () => {
    const image = given();
    const events = ['ImageRegistered', 'ImageUpdated', 'ImageReady'].map((type) => anEvent(image.id, { type }));
    gateway.world.events.set(image.id, events);
    const first = await readJson(await gateway.ask(`/v1/images/${image.id}/events?limit=2`, 'alice'));
    expect(first.events.map((event: { type: string }) => event.type)).toEqual(['ImageRegistered', 'ImageUpdated']);
    expect(first.next).toBe(`/v1/images/${image.id}/events?limit=2&marker=2`);
    const second = await readJson(await gateway.ask(first.next, 'alice'));
    expect(second.events.map((event: { type: string }) => event.type)).toEqual(['ImageReady']);
    expect(second).not.toHaveProperty('next');
    expect(JSON.stringify([first, second])).not.toContain('audience');
    const all = await readJson(await gateway.ask(`/v1/images/${image.id}/events`, 'operator'));
    expect(all.events).toEqual(events);
  });
});
