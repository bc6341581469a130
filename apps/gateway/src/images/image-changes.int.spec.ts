import { randomUUID } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { anImage } from '../../test/records.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});
beforeEach(() => {
  const { world } = gateway;
  world.images.clear();
  world.registrations.length = 0;
  world.changes.length = 0;
  world.refuseChanges = null;
});

const JSON_TYPE = 'application/json';
const V20 = 'application/openstack-images-v2.0-json-patch';
const V21 = 'application/openstack-images-v2.1-json-patch';

function given(): string {
  const image = anImage();
  gateway.world.images.set(image.id, image);
  return image.id;
}

interface Sent {
  readonly type: string;
  readonly body: unknown;
  readonly as?: Person;
}

function send(method: string, path: string, { type, body, as = 'alice' }: Sent): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return gateway.ask(path, as, { method, headers: { 'content-type': type }, body: text });
}

function create(body: unknown, as: Person = 'alice'): Promise<Response> {
  return send('POST', '/v2/images', { type: JSON_TYPE, body, as });
}

function patch(id: string, body: unknown, { type = V21, as }: { type?: string; as?: Person } = {}): Promise<Response> {
  return send('PATCH', `/v2/images/${id}`, { type, body, ...(as && { as }) });
}

describe('a new image', () => {
  it('needs nothing said: it is shared with nobody yet, without a name or formats', async () => {
    const response = await create({});
    expect(response.status).toBe(201);
    const image = await readJson(response);
    expect(response.headers.get('location')).toBe(`/v2/images/${image.id}`);
    expect(response.headers.get('openstack-image-import-methods')).toBe('glance-direct,web-download');
    expect(gateway.world.registrations).toMatchObject([
      { image_id: image.id, visibility: 'shared', owner: null, disk_format: null, job_id: null, properties: {} },
    ]);
  });

  it('has what is said of it, properties at the top level like everything else', async () => {
    const id = randomUUID();
    const said = { id, name: 'web', disk_format: 'raw', container_format: 'bare', min_disk: 3, tags: ['a'] };
    const more = { visibility: 'private', protected: true, os_hidden: true, os_distro: 'debian', 'a.b': 'c' };
    const response = await send('POST', '/regions/region-2/v2/images', { type: JSON_TYPE, body: { ...said, ...more } });
    expect(response.headers.get('location')).toBe(`/regions/region-2/v2/images/${id}`);
    await expect(response.json()).resolves.toMatchObject({ id, name: 'web', 'a.b': 'c', self: `/v2/images/${id}` });
    expect(gateway.world.registrations).toMatchObject([
      {
        image_id: id,
        region: 'region-2',
        facts: { name: 'web', min_disk: 3, min_ram: 0, tags: ['a'] },
        ...{ disk_format: 'raw', container_format: 'bare', visibility: 'private', protected: true, os_hidden: true },
        properties: { os_distro: 'debian', 'a.b': 'c' },
      },
    ]);
  });

  it.each([
    ['a list', []],
    ['what is no JSON', '{'],
    ['an id that is none', { id: 'web' }],
    ['a name too long', { name: 'n'.repeat(256) }],
    ['an unknown format', { disk_format: 'floppy' }],
    ['an unknown container', { container_format: 'box' }],
    ['an unknown visibility', { visibility: 'everybody' }],
    ['a number as property', { colour: 5 }],
    ['nothing as property', { colour: null }],
    ['a size that is negative', { min_disk: -1 }],
    ['a size that is text', { min_ram: '5' }],
    ['protection that is text', { protected: 'yes' }],
    ['a tag too long', { tags: ['t'.repeat(256)] }],
  ])('is refused for %s', async (_what, body) => {
    expect((await create(body)).status).toBe(400);
    expect(gateway.world.registrations).toEqual([]);
  });

  it('is refused without a body, and for a body of another type', async () => {
    expect((await gateway.ask('/v2/images', 'alice', { method: 'POST' })).status).toBe(400);
    expect((await send('POST', '/v2/images', { type: 'text/plain', body: '{}' })).status).toBe(415);
  });

  it.each(['status', 'size', 'checksum', 'created_at', 'self', 'file', 'schema', 'direct_url', 'locations'])(
    'cannot be told its %s',
    async (name) => {
      const response = await create({ [name]: 5 });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain(name);
    },
  );

  it('cannot have an id that is taken', async () => {
    expect((await create({ id: given() })).status).toBe(409);
  });

  it('is not a reader’s to make', async () => {
    expect((await create({}, 'reader')).status).toBe(403);
  });

  it('beyond the quota is refused in plain text, with the figures', async () => {
    gateway.world.refuseChanges = refusal('quota.images_exceeded', 'The project has 10 of 10 images in region-1.');
    const response = await create({});
    expect(response.status).toBe(413);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('10 of 10');
  });
});

describe('a patch', () => {
  it('of the newer form names operation and path, and may add what is there', async () => {
    const id = given();
    const response = await patch(id, [
      { op: 'replace', path: '/name', value: 'db' },
      { op: 'add', path: '/a~1b~0c', value: 'x' },
      { op: 'remove', path: '/hw_disk_bus' },
    ]);
    expect(response.status).toBe(200);
    await expect(response.json()).resolves.toMatchObject({ id });
    const changes = [
      { op: 'replace', name: 'name', value: 'db' },
      { op: 'add', name: 'a/b~c', value: 'x' },
      { op: 'remove', name: 'hw_disk_bus' },
    ];
    expect(gateway.world.changes).toEqual([{ image_id: id, region: 'region-1', changes, strict_add: false }]);
  });

  it('of the older form has the operation as its key, and adds nothing that is there', async () => {
    const body = [{ replace: '/name', value: null }, { remove: '/hw_disk_bus' }];
    expect((await patch(given(), body, { type: V20 })).status).toBe(200);
    const changes = [
      { op: 'replace', name: 'name', value: null },
      { op: 'remove', name: 'hw_disk_bus' },
    ];
    expect(gateway.world.changes).toMatchObject([{ changes, strict_add: true }]);
  });

  it.each([
    ['no list', V21, {}],
    ['no JSON', V21, '['],
    ['a text', V21, ['replace']],
    ['another operation', V21, [{ op: 'move', path: '/name', value: 'x' }]],
    ['no operation', V21, [{ path: '/name', value: 'x' }]],
    ['no path', V21, [{ op: 'replace', value: 'x' }]],
    ['a path without slash', V21, [{ op: 'replace', path: 'name', value: 'x' }]],
    ['an empty path', V21, [{ op: 'replace', path: '/', value: 'x' }]],
    ['a path too deep', V21, [{ op: 'replace', path: '/tags/0', value: 'x' }]],
    ['a path ending in a slash', V21, [{ op: 'replace', path: '/name/', value: 'x' }]],
    ['an escape there is not', V21, [{ op: 'replace', path: '/na~2me', value: 'x' }]],
    ['no value', V21, [{ op: 'replace', path: '/name' }]],
    ['a name too long', V21, [{ op: 'add', path: `/${'n'.repeat(256)}`, value: 'x' }]],
    ['two operations at once', V20, [{ replace: '/name', add: '/name', value: 'x' }]],
    ['the newer form as the older type', V20, [{ op: 'replace', path: '/name', value: 'x' }]],
  ])('is refused for %s', async (_what, type, body) => {
    expect((await patch(given(), body, { type })).status).toBe(400);
    expect(gateway.world.changes).toEqual([]);
  });

  it('of another type is refused with the types there are', async () => {
    const response = await patch(given(), [], { type: JSON_TYPE });
    expect(response.status).toBe(415);
    expect(response.headers.get('accept-patch')).toBe(`${V20}, ${V21}`);
    expect((await gateway.ask(`/v2/images/${given()}`, 'alice', { method: 'PATCH' })).status).toBe(415);
  });

  it('cannot reach the places of the bytes', async () => {
    expect((await patch(given(), [{ op: 'add', path: '/locations/-', value: {} }])).status).toBe(403);
  });

  it.each([
    ['image.attribute_read_only', 403],
    ['image.attribute_missing', 409],
    ['image.attribute_exists', 409],
    ['image.properties_exceeded', 413],
  ] as const)('that catalog refuses as %s is answered %d', async (code, status) => {
    gateway.world.refuseChanges = refusal(code, 'No.');
    expect((await patch(given(), [{ op: 'add', path: '/x', value: 'y' }])).status).toBe(status);
  });

  it('of an image one does not see is 404, of one that is not one’s own 403', async () => {
    expect((await patch(given(), [], { as: 'bob' })).status).toBe(404);
    expect((await patch('web-1', [])).status).toBe(404);
    const shown = anImage({ visibility: 'public', owner: 'p-op' });
    gateway.world.images.set(shown.id, shown);
    expect((await patch(shown.id, [], { as: 'bob' })).status).toBe(403);
  });
});

describe('a tag', () => {
  it('is put on and taken off by its name, whatever is in it', async () => {
    const id = given();
    const path = `/v2/images/${id}/tags/${encodeURIComponent('a/b ü')}`;
    expect((await gateway.ask(path, 'alice', { method: 'PUT' })).status).toBe(204);
    expect((await gateway.ask(path, 'alice', { method: 'DELETE' })).status).toBe(204);
    const wanted = { image_id: id, region: 'region-1', tag: 'a/b ü' };
    expect(gateway.world.changes).toEqual([wanted, wanted]);
  });

  it('too long is refused, one too many too, and one that is not there is not found', async () => {
    const path = `/v2/images/${given()}/tags`;
    const ask = async (method: string, tag: string): Promise<number> =>
      (await gateway.ask(`${path}/${tag}`, 'alice', { method })).status;
    expect(await ask('PUT', 't'.repeat(256))).toBe(400);
    expect(await ask('DELETE', 't'.repeat(1025))).toBe(404);
    gateway.world.refuseChanges = refusal('image.tags_exceeded', 'No.');
    expect(await ask('PUT', 't')).toBe(413);
    gateway.world.refuseChanges = refusal('image.tag_not_found', 'No.');
    expect(await ask('DELETE', 't')).toBe(404);
  });
});

describe('closing an image and opening it', () => {
  it.each(['deactivate', 'reactivate'])('is the owner’s, the operator’s and nobody else’s: %s', async (action) => {
    const path = `/v2/images/${given()}/actions/${action}`;
    expect((await gateway.ask(path, 'operator', { method: 'POST' })).status).toBe(204);
    expect((await gateway.ask(path, 'alice', { method: 'POST' })).status).toBe(204);
    expect((await gateway.ask(path, 'reader', { method: 'POST' })).status).toBe(403);
    expect((await gateway.ask(path, 'bob', { method: 'POST' })).status).toBe(404);
    gateway.world.refuseChanges = refusal('image.not_active', 'It is queued.');
    expect((await gateway.ask(path, 'operator', { method: 'POST' })).status).toBe(400);
  });
});

describe('what clients ask first', () => {
  it.each(['image', 'images', 'member', 'members'])('is the description of %s', async (name) => {
    const response = await gateway.ask(`/v2/schemas/${name}`, 'alice');
    expect(response.status).toBe(200);
    await expect(response.json()).resolves.toMatchObject({ name });
  });

  it('describes every field an image has beside its properties', async () => {
    const { properties } = await readJson(await gateway.ask('/v2/schemas/image', 'alice'));
    const id = given();
    gateway.world.images.set(id, anImage({ id, properties: {} }));
    const image = await readJson(await gateway.ask(`/v2/images/${id}`, 'alice'));
    const unknown = Object.keys(image).filter((name) => !(name in properties));
    expect(unknown.every((name) => typeof image[name] === 'string')).toBe(true);
  });

  it('is which ways of import there are, and the one store', async () => {
    const response = await gateway.ask('/v2/info/import', 'alice');
    await expect(response.json()).resolves.toMatchObject({
      'import-methods': { value: ['glance-direct', 'web-download'] },
    });
    const stores = await readJson(await gateway.ask('/v2/info/stores', 'alice'));
    expect(stores).toMatchObject({ stores: [{ id: 'region-1' }] });
  });
});
