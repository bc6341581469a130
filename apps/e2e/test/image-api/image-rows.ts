import { expect } from 'vitest';
import { REGION } from '../system-under-test.ts';
import { owner, row, type Row } from './rows.ts';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown;

const readOnly = [
  'created_at',
  'updated_at',
  'status',
  'checksum',
  'size',
  'virtual_size',
  'direct_url',
  'self',
  'file',
  'schema',
]
  .concat(['os_hash_algo', 'os_hash_value', 'locations', 'location', 'deleted', 'deleted_at', 'os_glance_x', 'stores'])
  .map((name) => owner('POST /v2/images', 403, { body: { [name]: 'x' } }, { code: 'image.attribute_read_only' }));

const wrong: readonly [string, object][] = [
  ['an id that is none', { id: 'web' }],
  ['a name too long', { name: 'x'.repeat(256) }],
  ['a name that is a number', { name: 1 }],
  ['a format nobody knows', { disk_format: 'tape' }],
  ['a container nobody knows', { container_format: 'box' }],
  ['a negative size', { min_disk: -1 }],
  ['half a gibibyte', { min_ram: 0.5 }],
  ['a visibility nobody knows', { visibility: 'mine' }],
  ['tags that are no list', { tags: 'red' }],
  ['a tag too long', { tags: ['x'.repeat(256)] }],
  ['a property that is no text', { os_version: 12 }],
  ['a property whose name is too long', { ['x'.repeat(256)]: 'y' }],
  ['protected as text', { protected: 'yes' }],
];

/** Making images, showing them, deleting them, their tags, closing and opening them. */
export const IMAGE_ROWS: readonly Row[] = [
  row('POST /v2/images', { owner: 201, reader: 403, stranger: 201, operator: 201, nobody: 401 }, { body: {} }),
  owner(
    'POST /v2/images',
    201,
    { body: {} },
    {
      headers: { location: /\/v2\/images\/[0-9a-f-]{36}$/, 'openstack-image-store-ids': REGION },
      body: {
        ...{
          name: null,
          status: 'queued',
          visibility: 'shared',
          protected: false,
          os_hidden: false,
          tags: [],
          min_disk: 0,
        },
        ...{ size: null, virtual_size: null, checksum: null, os_hash_algo: null, os_hash_value: null, min_ram: 0 },
        ...{
          disk_format: null,
          container_format: null,
          created_at: TIME,
          updated_at: TIME,
          schema: '/v2/schemas/image',
        },
      },
      absent: ['stores', 'locations', 'direct_url'],
    },
  ),
  owner(
    'POST /v2/images',
    201,
    { body: { id: '{new id}', 'owner_specified.openstack.md5': '', hw_disk_bus: 'virtio' } },
    {
      body: { 'owner_specified.openstack.md5': '', hw_disk_bus: 'virtio' },
    },
  ),
  owner(
    'POST /v2/images',
    201,
    { body: { tags: ['a', 'a', 'b'], os_hidden: true, protected: false } },
    {
      body: { tags: ['a', 'b'], os_hidden: true },
    },
  ),
  owner('POST /v2/images', 409, { body: { id: '{active}' } }, { code: 'image.exists' }),
  row('POST /v2/images', { owner: 403, stranger: 403 }, { body: { visibility: 'public' } }),
  row('POST /v2/images', { owner: 403, operator: 201 }, { body: { owner: '{stranger project}' } }),
  owner('POST /v2/images', 201, { body: { owner: '{owner project}' } }),
  owner('POST /v2/images', 413, { body: { tags: Array.from({ length: 129 }, (_, n) => `t${n}`) } }),
  owner('POST /v2/images', 413, { body: Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`p${n}`, 'x'])) }),
  owner('POST /v2/images', 415, { body: new Uint8Array(2), headers: { 'content-type': 'text/plain' } }),
  owner('POST /v2/images', 400, { body: [] }),
  ...readOnly,
  ...wrong.map(([, body]) => owner('POST /v2/images', 400, { body }, { code: 'request.invalid' })),
  owner('PUT /v2/images', 405, { body: {} }, { headers: { allow: 'GET, POST' } }),

  row('GET /v2/images/{active}', { owner: 200, reader: 200, stranger: 404, operator: 200, nobody: 401 }),
  owner(
    'GET /v2/images/{active}',
    200,
    {},
    {
      body: {
        status: 'active',
        size: 1024,
        stores: REGION,
        os_hash_algo: 'sha512',
        disk_format: 'raw',
        tags: ['red'],
        os_distro: 'debian',
      },
    },
  ),
  row('GET /v2/images/{shared}', { accepted: 200, pending: 200, rejected: 200, stranger: 404, reader: 200 }),
  // Of a community: everybody who knows the id uses it, nobody else changes it.
  row('GET /v2/images/{community}', { owner: 200, reader: 200, stranger: 200, operator: 200, nobody: 401 }),
  row('GET /v2/images/{community}/file', { owner: 200, stranger: 200, reader: 403 }),
  row('DELETE /v2/images/{community}', { stranger: 403, reader: 403 }),
  row('POST /v2/images/{community}/actions/deactivate', { stranger: 403 }),
  row('GET /v2/images/{community}/members', { owner: 403, stranger: 403 }),
  row('PUT /v2/images/{community}/tags/blue', { stranger: 403 }),
  row('POST /v2/images', { owner: 201, reader: 403 }, { body: { visibility: 'community' } }),
  row('GET /v2/images/{public}', { stranger: 200, reader: 200, nobody: 401 }),
  owner('GET /v2/images/{hidden}', 200, {}, { body: { os_hidden: true } }),
  owner('GET /v2/images/{no image}', 404),
  owner('GET /v2/images/web-1', 404),
  owner('POST /v2/images/{active}', 405),

  row('DELETE /v2/images/{new active}', { owner: 204, reader: 403, stranger: 404, operator: 204, nobody: 401 }),
  row('DELETE /v2/images/{new queued}', { owner: 204 }),
  row('DELETE /v2/images/{new deactivated}', { owner: 204 }),
  row('DELETE /v2/images/{shared}', { accepted: 403, pending: 403, rejected: 403, stranger: 404 }),
  row('DELETE /v2/images/{public}', { stranger: 403, owner: 403 }),
  row('DELETE /v2/images/{protected}', { owner: 403, operator: 403 }, {}, { code: 'image.protected' }),
  owner('DELETE /v2/images/{no image}', 404),
  owner('DELETE /v2/images/web-1', 404),

  row('PUT /v2/images/{new active}/tags/blue', { owner: 204, reader: 403, stranger: 404, operator: 204, nobody: 401 }),
  owner('PUT /v2/images/{active}/tags/red', 204),
  row('PUT /v2/images/{shared}/tags/blue', { accepted: 403, pending: 403, stranger: 404 }),
  row('PUT /v2/images/{public}/tags/blue', { stranger: 403 }),
  owner(`PUT /v2/images/{active}/tags/${'x'.repeat(256)}`, 400),
  owner('PUT /v2/images/{new active}/tags/%E4%B8%AD', 204),
  owner('PUT /v2/images/{no image}/tags/blue', 404),
  row('DELETE /v2/images/{new active}/tags/red', { owner: 204, reader: 403, stranger: 404, operator: 204 }),
  owner('DELETE /v2/images/{active}/tags/green', 404),
  owner('GET /v2/images/{active}/tags/red', 405),

  row('POST /v2/images/{new active}/actions/deactivate', {
    owner: 204,
    reader: 403,
    stranger: 404,
    operator: 204,
    nobody: 401,
  }),
  owner('POST /v2/images/{deactivated}/actions/deactivate', 204),
  owner('POST /v2/images/{queued}/actions/deactivate', 400),
  row('POST /v2/images/{shared}/actions/deactivate', { accepted: 403, pending: 403, stranger: 404 }),
  row('POST /v2/images/{public}/actions/deactivate', { owner: 403, stranger: 403 }),
  owner('POST /v2/images/{no image}/actions/deactivate', 404),
  row('POST /v2/images/{new deactivated}/actions/reactivate', {
    owner: 204,
    reader: 403,
    stranger: 404,
    operator: 204,
  }),
  row('POST /v2/images/{closed}/actions/reactivate', { owner: 403, reader: 403, stranger: 404 }),
  row('POST /v2/images/{new closed}/actions/reactivate', { operator: 204 }),
  owner('POST /v2/images/{active}/actions/reactivate', 204),
  owner('POST /v2/images/{queued}/actions/reactivate', 400),
  owner('POST /v2/images/{active}/actions/explode', 404),
];
