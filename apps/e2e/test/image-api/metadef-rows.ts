import { expect } from 'vitest';
import { owner, row, type Row, type Said } from './rows.ts';

const NAMESPACES = '/v2/metadefs/namespaces';
const SIZE = { name: 'size', title: 'Size', type: 'integer', minimum: 1 };
const DISK = {
  name: 'disk',
  description: 'A disk',
  required: ['size'],
  properties: { size: { title: 'Size', type: 'integer' } },
};

const operator = (request: string, status: number, body?: unknown, said: Said = {}): Row =>
  row(request, { operator: status }, body === undefined ? {} : { body }, said);

const schemas = [
  'namespace',
  'namespaces',
  'object',
  'objects',
  'property',
  'properties',
  'tag',
  'tags',
  'resource_type',
  'resource_types',
].map((name) => row(`GET /v2/schemas/metadefs/${name}`, { reader: 200, nobody: 401 }));

/** Reading is everybody's who sees the namespace, writing the operator's. */
const rights = [
  row(`GET ${NAMESPACES}`, { owner: 200, reader: 200, operator: 200, nobody: 401 }),
  row(`GET ${NAMESPACES}/{public metadefs}`, { owner: 200, reader: 200, stranger: 200, operator: 200, nobody: 401 }),
  row(`GET ${NAMESPACES}/{own metadefs}`, { owner: 200, reader: 200, stranger: 404, operator: 200 }),
  row(
    `POST ${NAMESPACES}`,
    { owner: 403, reader: 403, operator: 201, nobody: 401 },
    { body: { namespace: '{new id}' } },
  ),
  row(`PUT ${NAMESPACES}/{public metadefs}`, { owner: 403, stranger: 403 }, { body: { namespace: 'x' } }),
  row(`PUT ${NAMESPACES}/{own metadefs}`, { owner: 403, stranger: 404 }, { body: { namespace: 'x' } }),
  row(`DELETE ${NAMESPACES}/{public metadefs}`, { owner: 403, stranger: 403 }),
  row(`DELETE ${NAMESPACES}/{own metadefs}`, { owner: 403, stranger: 404 }),
  ...['objects', 'properties', 'tags', 'resource_types'].flatMap((kind) => [
    row(`GET ${NAMESPACES}/{public metadefs}/${kind}`, { owner: 200, reader: 200, stranger: 200, nobody: 401 }),
    row(`GET ${NAMESPACES}/{own metadefs}/${kind}`, { owner: 200, stranger: 404, operator: 200 }),
    owner(`GET ${NAMESPACES}/nowhere/${kind}`, 404),
  ]),
  row(
    `POST ${NAMESPACES}/{public metadefs}/objects`,
    { owner: 403, reader: 403 },
    { body: { ...DISK, name: 'other' } },
  ),
  row(
    `POST ${NAMESPACES}/{own metadefs}/properties`,
    { owner: 403, stranger: 404 },
    { body: { ...SIZE, name: 'other' } },
  ),
  row(`POST ${NAMESPACES}/{public metadefs}/tags/other`, { owner: 403 }),
  row(`POST ${NAMESPACES}/{public metadefs}/resource_types`, { owner: 403 }, { body: { name: 'OS::Other' } }),
  row(
    'GET /v2/metadefs/resource_types',
    { owner: 200, reader: 200, nobody: 401 },
    {},
    { body: { resource_types: expect.any(Array) } },
  ),
];

/** The definitions of properties. */
export const METADEF_ROWS: readonly Row[] = [
  ...schemas,
  owner('GET /v2/schemas/metadefs/nothing', 404),
  ...rights,
  owner(`GET ${NAMESPACES}`, 200, {}, { body: { first: NAMESPACES, schema: '/v2/schemas/metadefs/namespaces' } }),
  owner(
    `GET ${NAMESPACES}?visibility=public&resource_types=OS::Glance::Image&limit=1&sort_key=namespace&sort_dir=asc`,
    200,
  ),
  owner(`GET ${NAMESPACES}?resource_types=OS::Nothing`, 200, {}, { body: { namespaces: [] } }),
  owner(`GET ${NAMESPACES}?visibility=shared`, 400),
  owner(`GET ${NAMESPACES}?sort_dir=up`, 400),
  owner(`GET ${NAMESPACES}?limit=-1`, 400),
  owner(`GET ${NAMESPACES}?marker=nowhere`, 404),
  owner(`GET ${NAMESPACES}/nowhere`, 404),
  owner(
    `GET ${NAMESPACES}/{public metadefs}`,
    200,
    {},
    {
      body: {
        ...{ visibility: 'public', protected: false, self: expect.stringMatching(/^\/v2\/metadefs\/namespaces\//) },
        objects: [{ name: 'disk', required: ['size'] }],
        properties: { size: { title: 'Size', minimum: 1 } },
        resource_type_associations: [{ name: 'OS::Glance::Image', prefix: 'hw_' }],
        tags: [{ name: 'red' }],
      },
    },
  ),
  owner(
    `GET ${NAMESPACES}/{public metadefs}?resource_type=OS::Glance::Image`,
    200,
    {},
    {
      body: { properties: { hw_size: {} }, objects: [{ required: ['hw_size'], properties: { hw_size: {} } }] },
    },
  ),
  operator(
    `POST ${NAMESPACES}`,
    201,
    { namespace: '{new id}', tags: [{ name: 'a' }] },
    {
      headers: { location: /\/v2\/metadefs\/namespaces\/./ },
      body: { visibility: 'private', protected: false, tags: [{ name: 'a' }] },
    },
  ),
  operator(`POST ${NAMESPACES}`, 409, { namespace: '{public metadefs}' }),
  operator(`POST ${NAMESPACES}`, 409, { namespace: '{new id}', tags: [{ name: 'a' }, { name: 'a' }] }),
  operator(`POST ${NAMESPACES}`, 400, {}),
  operator(`POST ${NAMESPACES}`, 400, { namespace: 'x'.repeat(81) }),
  operator(`POST ${NAMESPACES}`, 400, { namespace: 'x', visibility: 'shared' }),
  operator(`POST ${NAMESPACES}`, 400, { namespace: 'x', colour: 'red' }),
  operator(`POST ${NAMESPACES}`, 400, { namespace: 'x', properties: { size: { type: 'integer' } } }),
  operator(`POST ${NAMESPACES}`, 400, { namespace: 'x', description: 'a\u0000b' }),
  operator(`POST ${NAMESPACES}`, 403, { namespace: 'x', self: '/x' }),
  operator(
    `PUT ${NAMESPACES}/{new metadefs}`,
    200,
    { namespace: '{new id}', display_name: 'Renamed', visibility: 'public' },
    {
      body: { display_name: 'Renamed', visibility: 'public' },
    },
  ),
  operator(`PUT ${NAMESPACES}/{new metadefs}`, 200, {
    ...{
      namespace: '{new id}',
      objects: [{ name: 'disk', created_at: 'x' }],
      tags: [{ name: 'red', updated_at: 'x' }],
    },
  }),
  operator(`PUT ${NAMESPACES}/{new metadefs}`, 409, { namespace: '{public metadefs}' }),
  operator(`PUT ${NAMESPACES}/nowhere`, 404, { namespace: 'nowhere' }),
  operator(`DELETE ${NAMESPACES}/{new metadefs}`, 204),
  operator(`DELETE ${NAMESPACES}/{protected metadefs}`, 403),
  operator(`DELETE ${NAMESPACES}/nowhere`, 404),
  operator(`PATCH ${NAMESPACES}/nowhere`, 405),

  operator(
    `POST ${NAMESPACES}/{new metadefs}/objects`,
    201,
    { ...DISK, name: 'tape' },
    { body: { name: 'tape', required: ['size'] } },
  ),
  operator(`POST ${NAMESPACES}/{public metadefs}/objects`, 409, DISK),
  operator(`POST ${NAMESPACES}/{public metadefs}/objects`, 400, {}),
  operator(`POST ${NAMESPACES}/{public metadefs}/objects`, 400, {
    name: 'x',
    properties: { a: { title: 5, type: 'string' } },
  }),
  operator(`POST ${NAMESPACES}/{public metadefs}/objects`, 403, { name: 'x', created_at: 'x' }),
  owner(`GET ${NAMESPACES}/{public metadefs}/objects`, 200, {}, { body: { objects: [{ name: 'disk' }] } }),
  owner(
    `GET ${NAMESPACES}/{public metadefs}/objects/disk`,
    200,
    {},
    { body: { name: 'disk', schema: '/v2/schemas/metadefs/object' } },
  ),
  owner(`GET ${NAMESPACES}/{public metadefs}/objects/tape`, 404),
  operator(
    `PUT ${NAMESPACES}/{new metadefs}/objects/disk`,
    200,
    { name: 'floppy' },
    { body: { name: 'floppy', required: [] } },
  ),
  operator(`PUT ${NAMESPACES}/{new metadefs}/objects/tape`, 404, { name: 'tape' }),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/objects/disk`, 204),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/objects/tape`, 404),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/objects`, 204),
  operator(`DELETE ${NAMESPACES}/{protected metadefs}/objects`, 403),
  operator(`DELETE ${NAMESPACES}/{protected metadefs}/objects/disk`, 403),

  operator(
    `POST ${NAMESPACES}/{new metadefs}/properties`,
    201,
    { ...SIZE, name: 'depth', enum: [1, 2] },
    { body: { name: 'depth', enum: [1, 2] } },
  ),
  operator(`POST ${NAMESPACES}/{public metadefs}/properties`, 409, SIZE),
  operator(`POST ${NAMESPACES}/{public metadefs}/properties`, 400, { title: 'Size', type: 'integer' }),
  operator(`POST ${NAMESPACES}/{public metadefs}/properties`, 400, { name: 'x', type: 'integer' }),
  operator(`POST ${NAMESPACES}/{public metadefs}/properties`, 400, { name: 'x', title: 'X', type: 'date' }),
  owner(
    `GET ${NAMESPACES}/{public metadefs}/properties`,
    200,
    {},
    { body: { properties: { size: { type: 'integer' } } } },
  ),
  owner(`GET ${NAMESPACES}/{public metadefs}/properties/size`, 200, {}, { body: SIZE }),
  owner(
    `GET ${NAMESPACES}/{public metadefs}/properties/hw_size?resource_type=OS::Glance::Image`,
    200,
    {},
    { body: { title: 'Size' } },
  ),
  owner(`GET ${NAMESPACES}/{public metadefs}/properties/size?resource_type=OS::Glance::Image`, 404),
  owner(`GET ${NAMESPACES}/{public metadefs}/properties/depth`, 404),
  operator(`PUT ${NAMESPACES}/{new metadefs}/properties/size`, 200, { ...SIZE, maximum: 9 }, { body: { maximum: 9 } }),
  operator(`PUT ${NAMESPACES}/{new metadefs}/properties/depth`, 404, { ...SIZE, name: 'depth' }),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/properties/size`, 204),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/properties`, 204),
  operator(`DELETE ${NAMESPACES}/{protected metadefs}/properties/size`, 403),

  operator(`POST ${NAMESPACES}/{new metadefs}/tags/blue`, 201, undefined, { body: { name: 'blue' } }),
  operator(`POST ${NAMESPACES}/{public metadefs}/tags/red`, 409),
  operator(
    `POST ${NAMESPACES}/{new metadefs}/tags`,
    201,
    { tags: [{ name: 'a' }, { name: 'b' }] },
    { body: { tags: [{ name: 'a' }, { name: 'b' }] } },
  ),
  row(
    `POST ${NAMESPACES}/{new metadefs}/tags`,
    { operator: 409 },
    { body: { tags: [{ name: 'red' }] }, headers: { 'x-openstack-append': 'True' } },
  ),
  operator(`POST ${NAMESPACES}/{public metadefs}/tags`, 400, { tags: [{}] }),
  owner(`GET ${NAMESPACES}/{public metadefs}/tags`, 200, {}, { body: { tags: [{ name: 'red' }] } }),
  owner(`GET ${NAMESPACES}/{public metadefs}/tags/red`, 200, {}, { body: { name: 'red' } }),
  owner(`GET ${NAMESPACES}/{public metadefs}/tags/blue`, 404),
  operator(`PUT ${NAMESPACES}/{new metadefs}/tags/red`, 200, { name: 'green' }, { body: { name: 'green' } }),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/tags/red`, 204),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/tags/blue`, 404),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/tags`, 204),
  operator(`DELETE ${NAMESPACES}/{protected metadefs}/tags`, 403),

  operator(
    `POST ${NAMESPACES}/{new metadefs}/resource_types`,
    201,
    { name: 'OS::Cinder::Volume', properties_target: 'image' },
    {
      body: { name: 'OS::Cinder::Volume', properties_target: 'image' },
    },
  ),
  operator(`POST ${NAMESPACES}/{public metadefs}/resource_types`, 409, { name: 'OS::Glance::Image' }),
  operator(`POST ${NAMESPACES}/{public metadefs}/resource_types`, 400, { prefix: 'x' }),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/resource_types/OS::Glance::Image`, 204),
  operator(`DELETE ${NAMESPACES}/{new metadefs}/resource_types/OS::Nothing`, 404),
  operator(`DELETE ${NAMESPACES}/{protected metadefs}/resource_types/OS::Glance::Image`, 403),
];
