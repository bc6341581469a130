import { expect } from 'vitest';
import { REGION } from '../system-under-test.ts';
import { owner, row, type Row } from './rows.ts';

const schemas = ['image', 'images', 'member', 'members', 'task', 'tasks'].map((name) =>
  row(`GET /v2/schemas/${name}`, { reader: 200, nobody: 401 }, {}, {}),
);

/** Versions, descriptions, stores, usage, tasks. */
export const DISCOVERY_ROWS: readonly Row[] = [
  row('GET /', { owner: 300, nobody: 300 }, {}, { body: { versions: expect.any(Array) } }),
  row('GET /versions', { owner: 200, nobody: 200 }, {}, { body: { versions: expect.any(Array) } }),
  row('GET /v2', { owner: 200, nobody: 200 }),
  owner('GET /v2/nothing', 404),
  ...schemas,
  owner('PUT /v2/schemas/image', 405, {}, { headers: { allow: 'GET' } }),
  row(
    'GET /v2/info/import',
    { reader: 200, stranger: 200, nobody: 401 },
    {},
    { body: { 'import-methods': { type: 'array' } } },
  ),
  owner('POST /v2/info/import', 405),
  owner('GET /v2/info/stores', 200, {}, { body: { stores: [{ id: REGION, default: 'true' }] } }),
  row('GET /v2/info/stores', { reader: 200, nobody: 401 }),
  row('GET /v2/info/stores/detail', { owner: 403, reader: 403, operator: 200, nobody: 401 }),
  row(
    'GET /v2/info/stores/detail',
    { operator: 200 },
    {},
    { body: { stores: [{ id: REGION, type: 's3', weight: 0 }] } },
  ),
  row('GET /v2/info/usage', { reader: 200, nobody: 401 }),
  owner(
    'GET /v2/info/usage',
    200,
    {},
    {
      body: { usage: { image_count_total: { limit: 500 }, image_count_uploading: { limit: -1, usage: 0 } } },
    },
  ),
  // There is no image cache here, and Glance without one says so.
  owner('GET /v2/cache', 404),
  row('GET /v2/cache', { operator: 404 }),
  row('PUT /v2/cache/{active}', { operator: 404 }),
  row('DELETE /v2/cache/{active}', { operator: 404 }),
  // Nor locations that clients name.
  owner('GET /v2/images/{active}/locations', 404),
  owner('POST /v2/images/{queued}/locations', 404, { body: { url: 'http://169.254.169.254/' } }),
  // Tasks are the operator's, those of an image everybody's who sees it.
  row('GET /v2/tasks', { owner: 403, reader: 403, operator: 200, nobody: 401 }),
  row('GET /v2/tasks', { operator: 200 }, {}, { body: { first: '/v2/tasks', schema: '/v2/schemas/tasks' } }),
  row('GET /v2/tasks?status=failure&limit=1', { operator: 200 }),
  row('GET /v2/tasks?status=lost', { operator: 400 }),
  row('GET /v2/tasks?sort_key=created_at&sort_dir=desc', { operator: 200 }),
  row('GET /v2/tasks?limit=-1', { operator: 400 }),
  row('GET /v2/tasks?marker=x', { operator: 400 }),
  row('GET /v2/tasks/{no image}', { owner: 403, operator: 404 }),
  row('GET /v2/tasks/x', { operator: 404 }),
  row('DELETE /v2/tasks/{no image}', { operator: 405 }, {}, { headers: { allow: 'GET' } }),
  row('POST /v2/tasks', { owner: 405, operator: 405 }, { body: { type: 'import', input: {} } }),
  row('GET /v2/images/{active}/tasks', { owner: 200, reader: 200, stranger: 404, operator: 200, nobody: 401 }, {}),
  row('GET /v2/images/{shared}/tasks', { accepted: 200, pending: 200, stranger: 404 }),
  owner('GET /v2/images/{active}/tasks', 200, {}, { body: { tasks: [] } }),
  owner('GET /v2/images/{no image}/tasks', 404),
  // A region is one store, and an image is never taken out of it.
  row(`DELETE /v2/stores/${REGION}/{active}`, { owner: 403, operator: 403, stranger: 404, nobody: 401 }),
  owner(`DELETE /v2/stores/${REGION}/{active}`, 403, {}, { code: 'store.last' }),
  owner(`DELETE /v2/stores/${REGION}/{queued}`, 409),
  owner('DELETE /v2/stores/nowhere/{active}', 409, {}, { code: 'store.unknown' }),
  owner(`DELETE /v2/stores/${REGION}/{no image}`, 404),
];
