import { owner, row, type Row } from './rows.ts';

/** Whom an image is shared with, and what they say to it. */
export const MEMBER_ROWS: readonly Row[] = [
  row(
    'GET /v2/images/{shared}/members',
    { owner: 200, reader: 200, accepted: 200, pending: 200, stranger: 404, operator: 200, nobody: 401 },
    {},
    { body: { schema: '/v2/schemas/members' } },
  ),
  owner('GET /v2/images/{shared}/members', 200, {}, { body: { members: [{}, {}, {}] } }),
  row('GET /v2/images/{shared}/members', { accepted: 200 }, {}, { body: { members: [{ status: 'accepted' }] } }),
  row('GET /v2/images/{shared}/members', { pending: 200 }, {}, { body: { members: [{ status: 'pending' }] } }),
  row('GET /v2/images/{active}/members', { owner: 403, stranger: 404 }),
  row('GET /v2/images/{public}/members', { owner: 403, stranger: 403 }),
  owner('GET /v2/images/{no image}/members', 404),

  row(
    'POST /v2/images/{new shared}/members',
    { owner: 200, reader: 403, accepted: 403, stranger: 404, operator: 200, nobody: 401 },
    { body: { member: 'another-project' } },
    {},
  ),
  owner(
    'POST /v2/images/{new shared}/members',
    200,
    { body: { member: 'another-project' } },
    {
      body: { member_id: 'another-project', status: 'pending', schema: '/v2/schemas/member' },
    },
  ),
  owner('POST /v2/images/{shared}/members', 409, { body: { member: '{accepted project}' } }),
  owner('POST /v2/images/{active}/members', 403, { body: { member: 'another-project' } }),
  owner('POST /v2/images/{public}/members', 403, { body: { member: 'another-project' } }),
  owner('POST /v2/images/{shared}/members', 400, { body: {} }),
  owner('POST /v2/images/{shared}/members', 400, { body: { member: 5 } }),
  owner('POST /v2/images/{shared}/members', 400, { body: { member: '' } }),
  owner('POST /v2/images/{no image}/members', 404, { body: { member: 'another-project' } }),

  row(
    'GET /v2/images/{shared}/members/{accepted project}',
    { owner: 200, accepted: 200, pending: 404, stranger: 404 },
    {},
    {},
  ),
  owner('GET /v2/images/{shared}/members/{pending project}', 200, {}, { body: { status: 'pending' } }),
  owner('GET /v2/images/{shared}/members/{stranger project}', 404),

  row(
    'PUT /v2/images/{new shared}/members/{pending project}',
    { pending: 200, owner: 403, accepted: 404, stranger: 404 },
    {
      body: { status: 'accepted' },
    },
  ),
  row(
    'PUT /v2/images/{new shared}/members/{accepted project}',
    { accepted: 200 },
    { body: { status: 'rejected' } },
    {
      body: { status: 'rejected' },
    },
  ),
  row(
    'PUT /v2/images/{new shared}/members/{accepted project}',
    { accepted: 200 },
    { body: { status: 'pending' } },
    {
      body: { status: 'pending' },
    },
  ),
  row('PUT /v2/images/{shared}/members/{pending project}', { pending: 400 }, { body: { status: 'maybe' } }),
  row('PUT /v2/images/{shared}/members/{pending project}', { pending: 400 }, { body: {} }),

  row(
    'DELETE /v2/images/{new shared}/members/{accepted project}',
    { owner: 204, reader: 403, accepted: 403, stranger: 404, operator: 204 },
    {},
    {},
  ),
  owner('DELETE /v2/images/{shared}/members/{stranger project}', 404),
  owner('PATCH /v2/images/{shared}/members/{accepted project}', 405),
];
