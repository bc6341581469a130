import { REGION } from '../system-under-test.ts';
import { file, owner, row, type Row, type Sent } from './rows.ts';
import { FILE } from './subjects.ts';

const direct: Sent = { body: { method: { name: 'glance-direct' } } };
const download = (uri = '{web server}/disk.raw'): Sent => ({ body: { method: { name: 'web-download', uri } } });

const refused = [
  ...[
    'http://169.254.169.254/latest',
    'http://10.0.0.1/x',
    'http://[::1]/x',
    'http://0x0a000001/',
    'http://167772161/',
  ],
  ...['http://user:secret@example.org/x'],
].map((uri) => owner('POST /v2/images/{queued}/import', 400, download(uri), { code: 'import.url_refused' }));

const unreadable: readonly unknown[] = [
  {},
  { method: {} },
  { method: { name: 'web-download' } },
  { method: { name: 'web-download', uri: 'ftp://example.org/x' } },
  { method: { name: 'web-download', uri: 'file:///etc/passwd' } },
  // Nothing is copied between stores where there is one, or fetched from another Glance.
  { method: { name: 'copy-image' }, all_stores: true },
  { method: { name: 'glance-download', glance_region: 'x', glance_image_id: 'y' } },
  { method: { name: 'glance-direct' }, stores: [] },
  { method: { name: 'glance-direct' }, stores: [REGION], all_stores: true },
  { method: { name: 'glance-direct' }, all_stores: 'yes' },
  [],
];

/** Files that are staged, and imports of them and from the web. */
export const IMPORT_ROWS: readonly Row[] = [
  row(
    'PUT /v2/images/{new queued}/stage',
    { owner: 204, operator: 204, reader: 403, stranger: 404, nobody: 401 },
    file(FILE),
  ),
  owner('PUT /v2/images/{new blank}/stage', 204, file(FILE)),
  owner('PUT /v2/images/{queued}/stage', 415, { body: {} }),
  owner('PUT /v2/images/{staged}/stage', 409, file(FILE), { code: 'image.wrong_state' }),
  owner('PUT /v2/images/{staged}/file', 409, file(FILE)),
  owner('PUT /v2/images/{active}/stage', 409, file(FILE)),
  row('PUT /v2/images/{shared}/stage', { accepted: 403, pending: 403 }, file(FILE)),
  owner('PUT /v2/images/{no image}/stage', 404, file(FILE)),
  owner(
    'GET /v2/images/{staged}',
    200,
    {},
    { body: { status: 'uploading', size: 1024, checksum: null }, absent: ['stores'] },
  ),
  owner('GET /v2/images/{staged}/file', 204),
  owner('POST /v2/images/{staged}/actions/deactivate', 400),
  owner('DELETE /v2/images/{new staged}', 204),

  row(
    'POST /v2/images/{new staged}/import',
    { owner: 202, operator: 202, reader: 403, stranger: 404, nobody: 401 },
    direct,
  ),
  owner('POST /v2/images/{new staged}/import', 202, { body: { method: { name: 'glance-direct' }, stores: [REGION] } }),
  owner('POST /v2/images/{new staged}/import', 202, {
    body: { method: { name: 'glance-direct' }, all_stores: true, all_stores_must_succeed: false },
  }),
  owner('POST /v2/images/{staged}/import', 409, { body: { method: { name: 'glance-direct' }, stores: ['nowhere'] } }),
  owner('POST /v2/images/{queued}/import', 409, direct, { code: 'image.wrong_state' }),
  owner('POST /v2/images/{active}/import', 409, direct),
  owner('POST /v2/images/{blank}/import', 409, direct, { code: 'import.format_missing' }),
  row('POST /v2/images/{shared}/import', { accepted: 403, pending: 403 }, direct),
  owner('POST /v2/images/{no image}/import', 404, direct),
  owner('POST /v2/images/web-1/import', 404, direct),
  row('POST /v2/images/{new queued}/import', { owner: 202, operator: 202, reader: 403, stranger: 404 }, download()),
  owner('POST /v2/images/{staged}/import', 409, download()),
  owner('POST /v2/images/{blank}/import', 409, download()),
  ...refused,
  ...unreadable.map((body) => owner('POST /v2/images/{queued}/import', 400, { body })),
  owner('POST /v2/images/{queued}/import', 415, { body: FILE, headers: { 'content-type': 'text/plain' } }),
  owner('PUT /v2/images/{queued}/import', 405, { body: {} }),
];
