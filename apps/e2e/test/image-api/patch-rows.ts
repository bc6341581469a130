import { expect } from 'vitest';
import { OLD_PATCH_TYPE, owner, patch, PATCH_TYPE, row, type Row, type Sent } from './rows.ts';

const replace = (path: string, value: unknown): object => ({ op: 'replace', path, value });
const old = (...operations: readonly object[]): Sent => ({
  body: operations,
  headers: { 'content-type': OLD_PATCH_TYPE },
});

const readOnly = [
  'id',
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
  .concat([
    'os_hash_algo',
    'os_hash_value',
    'locations',
    'location',
    'deleted',
    'deleted_at',
    'os_glance_import_task',
    'stores',
  ])
  .map((name) => owner('PATCH /v2/images/{active}', 403, patch(replace(`/${name}`, 'x'))));

const base = ['name', 'tags', 'visibility', 'min_disk', 'min_ram', 'protected', 'owner', 'disk_format'].map((name) =>
  owner('PATCH /v2/images/{active}', 403, patch({ op: 'remove', path: `/${name}` }), {
    code: 'image.attribute_required',
  }),
);

const unreadable: readonly (readonly object[])[] = [
  [{ op: 'replace', path: 'name', value: 'x' }],
  [{ op: 'replace', path: '/name' }],
  [{ op: 'move', path: '/name', value: 'x' }],
  [{ path: '/name', value: 'x' }],
  [{ op: 'add', path: '/a/b', value: 'x' }],
  [{ op: 'add', path: '/', value: 'x' }],
  [{ op: 'add', path: '/a~2', value: 'x' }],
  [replace('/name', 5)],
  [replace('/min_disk', -1)],
  [replace('/visibility', 'mine')],
  [{ op: 'add', path: '/os_version', value: 12 }],
];

/** Changing what an image says of itself. */
export const PATCH_ROWS: readonly Row[] = [
  row(
    'PATCH /v2/images/{new active}',
    { owner: 200, reader: 403, stranger: 404, operator: 200, nobody: 401 },
    patch(replace('/name', 'renamed'), { op: 'add', path: '/os_version', value: '12' }),
    {},
  ),
  owner('PATCH /v2/images/{new active}', 200, patch(replace('/name', null), replace('/min_ram', 5)), {
    body: { name: null, min_ram: 5, status: 'active', checksum: expect.stringMatching(/^[0-9a-f]{32}$/) },
  }),
  row(
    'PATCH /v2/images/{shared}',
    { accepted: 403, pending: 403, rejected: 403, stranger: 404 },
    patch(replace('/name', 'x')),
  ),
  row('PATCH /v2/images/{public}', { stranger: 403, owner: 403 }, patch(replace('/name', 'x'))),
  owner('PATCH /v2/images/{active}', 200, patch(), { body: { name: 'active' } }),
  owner('PATCH /v2/images/{new active}', 200, patch({ op: 'add', path: '/os_distro', value: 'fedora' }), {
    body: { os_distro: 'fedora' },
  }),
  owner('PATCH /v2/images/{new active}', 200, patch({ op: 'remove', path: '/os_distro' }), { absent: ['os_distro'] }),
  owner('PATCH /v2/images/{new active}', 200, patch({ op: 'add', path: '/a~1b~0c', value: 'x' }), {
    body: { 'a/b~c': 'x' },
  }),
  owner('PATCH /v2/images/{active}', 409, patch({ op: 'remove', path: '/colour' }), {
    code: 'image.attribute_missing',
  }),
  owner('PATCH /v2/images/{active}', 409, patch(replace('/colour', 'red'))),
  owner('PATCH /v2/images/{new active}', 200, old({ add: '/colour', value: 'red' }, { replace: '/name', value: 'x' })),
  owner('PATCH /v2/images/{active}', 409, old({ add: '/os_distro', value: 'x' }), { code: 'image.attribute_exists' }),
  owner('PATCH /v2/images/{active}', 400, old({ add: '/a', replace: '/b', value: 'x' })),
  owner('PATCH /v2/images/{active}', 400, old({ value: 'x' })),
  ...readOnly,
  ...base,
  ...unreadable.map((operations) => owner('PATCH /v2/images/{active}', 400, patch(...operations))),
  owner('PATCH /v2/images/{active}', 400, { body: {}, headers: { 'content-type': PATCH_TYPE } }),
  owner('PATCH /v2/images/{active}', 415, { body: [] }, { headers: { 'accept-patch': /v2\.1-json-patch/ } }),
  owner('PATCH /v2/images/{active}', 415, { body: [], headers: { 'content-type': 'application/json-patch+json' } }),
  owner('PATCH /v2/images/{no image}', 404, patch(replace('/name', 'x'))),
  owner('PATCH /v2/images/{active}', 403, patch(replace('/visibility', 'public'))),
  owner('PATCH /v2/images/{new active}', 200, patch(replace('/visibility', 'shared')), {
    body: { visibility: 'shared' },
  }),
  owner('PATCH /v2/images/{new active}', 200, patch(replace('/visibility', 'community'))),
  row('PATCH /v2/images/{community}', { stranger: 403, reader: 403 }, patch(replace('/name', 'x'))),
  row('PATCH /v2/images/{new active}', { owner: 403, operator: 200 }, patch(replace('/owner', '{stranger project}'))),
  owner('PATCH /v2/images/{active}', 403, patch(replace('/disk_format', 'qcow2'))),
  owner(
    'PATCH /v2/images/{new blank}',
    200,
    patch(replace('/disk_format', 'qcow2'), replace('/container_format', 'bare')),
  ),
  owner('PATCH /v2/images/{new active}', 200, patch(replace('/protected', true)), { body: { protected: true } }),
  owner('PATCH /v2/images/{new active}', 200, patch(replace('/tags', ['a', 'a'])), { body: { tags: ['a'] } }),
  owner(
    'PATCH /v2/images/{active}',
    413,
    patch(
      replace(
        '/tags',
        Array.from({ length: 129 }, (_, n) => `t${n}`),
      ),
    ),
  ),
  owner('PATCH /v2/images/{deactivated}', 200, patch(replace('/min_ram', 1)), { body: { status: 'deactivated' } }),
];
