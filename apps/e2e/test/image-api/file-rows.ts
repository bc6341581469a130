import { REGION } from '../system-under-test.ts';
import { file, owner, row, type Row } from './rows.ts';
import { FILE } from './subjects.ts';

const QCOW2 = new Uint8Array(1024);
QCOW2.set([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3]);

/** An image's bytes, there and back. */
export const FILE_ROWS: readonly Row[] = [
  row(
    'PUT /v2/images/{new queued}/file',
    { owner: 204, operator: 204, reader: 403, stranger: 404, nobody: 401 },
    file(FILE),
  ),
  owner('PUT /v2/images/{new queued}/file', 204, file(FILE, { 'x-openstack-image-size': '1024' })),
  owner('PUT /v2/images/{new queued}/file', 204, file(FILE, { 'x-image-meta-store': REGION })),
  owner('PUT /v2/images/{queued}/file', 400, file(FILE, { 'x-image-meta-store': 'nowhere' })),
  owner('PUT /v2/images/{queued}/file', 400, file(FILE, { 'x-openstack-image-size': '1023' })),
  owner('PUT /v2/images/{queued}/file', 400, file(FILE, { 'x-openstack-image-size': 'much' })),
  owner('PUT /v2/images/{queued}/file', 415, { body: FILE, headers: { 'content-type': 'text/plain' } }),
  owner('PUT /v2/images/{queued}/file', 415, { body: {} }),
  owner('PUT /v2/images/{blank}/file', 400, file(FILE), { code: 'image.format_missing' }),
  owner('PUT /v2/images/{active}/file', 409, file(FILE), { code: 'image.wrong_state' }),
  owner('PUT /v2/images/{deactivated}/file', 409, file(FILE)),
  row('PUT /v2/images/{shared}/file', { accepted: 403, pending: 403, stranger: 404 }, file(FILE)),
  row('PUT /v2/images/{public}/file', { stranger: 403 }, file(FILE)),
  owner('PUT /v2/images/{no image}/file', 404, file(FILE)),
  owner('PUT /v2/images/{new queued}/file', 415, file(QCOW2), { code: 'image.format_mismatch' }),
  owner('PUT /v2/images/{queued}/file', 415, file(new Uint8Array(0)), { code: 'image.empty' }),
  owner('POST /v2/images/{queued}/file', 405),

  row('GET /v2/images/{active}/file', { owner: 200, operator: 200, reader: 403, stranger: 404, nobody: 401 }),
  owner(
    'GET /v2/images/{active}/file',
    200,
    {},
    {
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': '1024',
        'content-md5': /^[0-9a-f]{32}$/,
      },
    },
  ),
  owner('GET /v2/images/{active}/file?prefer=elsewhere', 200),
  owner(
    'GET /v2/images/{active}/file',
    206,
    { headers: { range: 'bytes=0-99' } },
    {
      headers: { 'content-range': 'bytes 0-99/1024', 'content-length': '100' },
    },
  ),
  owner(
    'GET /v2/images/{active}/file',
    206,
    { headers: { range: 'bytes=1000-' } },
    { headers: { 'content-range': 'bytes 1000-1023/1024' } },
  ),
  owner(
    'GET /v2/images/{active}/file',
    206,
    { headers: { range: 'bytes=-24' } },
    { headers: { 'content-range': 'bytes 1000-1023/1024' } },
  ),
  owner('GET /v2/images/{active}/file', 416, { headers: { range: 'bytes=1024-' } }),
  owner('HEAD /v2/images/{active}/file', 200, {}, { headers: { 'content-length': '1024' } }),
  owner('GET /v2/images/{queued}/file', 204),
  row('GET /v2/images/{deactivated}/file', { owner: 403, operator: 200, stranger: 404 }),
  row('GET /v2/images/{closed}/file', { owner: 403, operator: 200 }),
  row('GET /v2/images/{shared}/file', { owner: 200, accepted: 200, pending: 403, rejected: 403, stranger: 404 }),
  row('GET /v2/images/{public}/file', { owner: 200, stranger: 200, reader: 403 }),
  owner('GET /v2/images/{no image}/file', 404),
];
