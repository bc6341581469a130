import { expect, it } from 'vitest';
import type { Session } from '../session/session.ts';
import { isFiltered, pageQuery, readListQuery, writeListQuery } from './list-query.ts';

const session: Session = {
  ...{ token: 't', user: 'alice', project: 'web', project_id: 'p-1', roles: ['member'] },
  ...{ regions: ['region-1'], expires_at: '2030-01-01T00:00:00Z' },
};
const FULL = { tab: 'shared', search: 'a & b', status: 'active', system: 'debian', sort: 'name:asc' } as const;

it('an address says how images are looked for, and nothing of what is usual', () => {
  expect(readListQuery(writeListQuery(FULL))).toEqual(FULL);
  expect(writeListQuery(readListQuery(new URLSearchParams())).toString()).toBe('tab=private');
  expect(isFiltered(FULL)).toBe(true);
  expect(isFiltered(readListQuery(new URLSearchParams('tab=public&sort=name:asc')))).toBe(false);
});

it.each([
  ['tab=public', { visibility: 'public' }],
  ['tab=private', { owner: 'p-1' }],
  ['tab=unheard-of', { owner: 'p-1' }],
  ['tab=shared&search=web', { visibility: 'shared', search: 'web' }],
  ['tab=public&system=debian&status=active', { visibility: 'public', os_distro: 'debian', status: 'active' }],
])('the gateway is asked for ?%s', (address, asked) => {
  const query = readListQuery(new URLSearchParams(address));
  expect(pageQuery(query, null, session)).toEqual({ ...asked, sort: 'created_at:desc', limit: '20' });
});

it('an operator’s private images are none of the public ones', () => {
  const query = readListQuery(new URLSearchParams());
  const operator = { ...session, roles: ['admin'] };
  expect(pageQuery(query, 'm-1', operator)).toMatchObject({ owner: 'p-1', visibility: 'private', marker: 'm-1' });
});
