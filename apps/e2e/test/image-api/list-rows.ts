import { expect } from 'vitest';
import { owner, row, type Row } from './rows.ts';

const bad = [
  ...['limit=-1', 'limit=x', 'marker=x', 'marker={no image}', 'sort=colour:asc', 'sort=name:up', 'sort_key=colour'],
  ...['sort_dir=up', 'sort=name&sort_key=name', 'sort_key=name&sort_dir=asc&sort_dir=desc', 'visibility=mine'],
  ...['member_status=maybe', 'size_min=x', 'size_max=-1', 'created_at=yesterday', 'created_at=gt:yesterday'],
  ...['updated_at=near:2026-01-01T00:00:00Z', 'changes-since=2026-01-01T00:00:00Z', 'protected=maybe', 'name=a&name=b'],
  ...['os_hidden=x', 'name=in:"a', 'status=in:'],
].map((query) => owner(`GET /v2/images?${query}`, 400));

const good = [
  ...[
    'limit=0',
    'limit=2000',
    'sort=name:asc,size',
    'sort_key=name&sort_dir=asc',
    'sort_key=name&sort_key=size&sort_dir=asc&sort_dir=desc',
  ],
  ...[
    'visibility=all',
    'visibility=public',
    'visibility=community',
    'member_status=all',
    'status=in:active,queued',
    'name=in:"a,b",c',
  ],
  ...[
    'size_min=1&size_max=2',
    'created_at=gt:2020-01-01T00:00:00Z',
    'updated_at=lte:2020-01-01T00:00:00Z',
    'protected=true',
  ],
  ...[
    'os_hidden=true',
    'tag=red&tag=blue',
    'checksum=x',
    'os_hash_value=x',
    'colour=red',
    'disk_format=raw',
    'container_format=in:bare,ova',
  ],
  ...['min_disk=1', 'min_ram_max=5', 'owner={owner project}', 'id=in:{active},{queued}', 'limit=1&marker={active}'],
].map((query) =>
  owner(`GET /v2/images?${query}`, 200, {}, { body: { images: expect.any(Array), schema: '/v2/schemas/images' } }),
);

const only = (name: string): object => ({ body: { images: [{ name }] } });
const none = { body: { images: [] } } as const;

/** Who finds what. */
export const LIST_ROWS: readonly Row[] = [
  row(
    'GET /v2/images',
    { owner: 200, reader: 200, stranger: 200, operator: 200, nobody: 401 },
    {},
    {
      body: { first: '/v2/images' },
    },
  ),
  ...good,
  ...bad,
  owner('GET /v2/images?limit=0', 200, {}, none),
  owner('GET /v2/images?id={active}', 200, {}, only('active')),
  row('GET /v2/images?id={active}', { stranger: 200, accepted: 200 }, {}, none),
  row('GET /v2/images?id={active}', { operator: 200, reader: 200 }, {}, only('active')),
  owner('GET /v2/images?id={hidden}', 200, {}, none),
  owner('GET /v2/images?id={hidden}&os_hidden=true', 200, {}, only('hidden')),
  owner('GET /v2/images?id={active}&tag=red', 200, {}, only('active')),
  owner('GET /v2/images?id={active}&tag=blue', 200, {}, none),
  owner('GET /v2/images?id={active}&os_distro=debian', 200, {}, only('active')),
  owner('GET /v2/images?id={active}&os_distro=fedora', 200, {}, none),
  owner('GET /v2/images?id={active}&size_min=1024&size_max=1024', 200, {}, only('active')),
  owner('GET /v2/images?id={active}&size_min=1025', 200, {}, none),
  owner('GET /v2/images?id={protected}&protected=true', 200, {}, only('protected')),
  owner('GET /v2/images?id={queued}&status=queued', 200, {}, only('queued')),
  owner('GET /v2/images?id={queued}&status=active', 200, {}, none),
  owner(
    'GET /v2/images?id={active}&limit=1',
    200,
    {},
    { body: { first: expect.stringMatching(/^\/v2\/images\?id=/) }, absent: ['next'] },
  ),
  owner(
    'GET /v2/images?name=in:active,queued&limit=1',
    200,
    {},
    {
      body: { next: expect.stringMatching(/^\/v2\/images\?.*limit=1.*marker=[0-9a-f-]{36}$/) },
    },
  ),
  // A shared image is listed by who accepted it; the others find it only when they ask for what waits.
  row('GET /v2/images?id={shared}', { owner: 200, accepted: 200 }, {}, only('shared')),
  row('GET /v2/images?id={shared}', { pending: 200, rejected: 200, stranger: 200 }, {}, none),
  row('GET /v2/images?id={shared}&visibility=shared&member_status=pending', { pending: 200 }, {}, only('shared')),
  row('GET /v2/images?id={shared}&visibility=shared&member_status=rejected', { rejected: 200 }, {}, only('shared')),
  row('GET /v2/images?id={shared}&visibility=shared&member_status=pending', { rejected: 200, stranger: 200 }, {}, none),
  row(
    'GET /v2/images?id={shared}&visibility=shared&member_status=all',
    { pending: 200, rejected: 200, accepted: 200 },
    {},
    only('shared'),
  ),
  row('GET /v2/images?id={community}', { stranger: 200, owner: 200 }, {}, none),
  row('GET /v2/images?id={community}&visibility=community', { stranger: 200, owner: 200 }, {}, only('community')),
  row('GET /v2/images?id={community}&visibility=all', { stranger: 200, owner: 200 }, {}, only('community')),
  owner('GET /v2/images?id={community}&owner={owner project}', 200, {}, only('community')),
  row('GET /v2/images?id={public}&visibility=public', { stranger: 200, owner: 200, reader: 200 }, {}, only('public')),
  row('GET /v2/images?id={public}&visibility=private', { stranger: 200 }, {}, none),
];
