import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DISCOVERY_ROWS } from '../test/image-api/discovery-rows.ts';
import { FILE_ROWS } from '../test/image-api/file-rows.ts';
import { IMAGE_ROWS } from '../test/image-api/image-rows.ts';
import { LIST_ROWS } from '../test/image-api/list-rows.ts';
import { MEMBER_ROWS } from '../test/image-api/member-rows.ts';
import { PATCH_ROWS } from '../test/image-api/patch-rows.ts';
import { type Role, ROLES, type Row, type Said } from '../test/image-api/rows.ts';
import { Subjects } from '../test/image-api/subjects.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  discovery: DISCOVERY_ROWS,
  images: IMAGE_ROWS,
  lists: LIST_ROWS,
  changes: PATCH_ROWS,
  files: FILE_ROWS,
  members: MEMBER_ROWS,
};

/** The OpenStack Image API, row by row: what Glance answers, ours must. What differs on purpose stands in docs/clients.md. */
describe('the OpenStack Image API', () => {
  let sut: SystemUnderTest;
  let subjects: Subjects;

  beforeAll(async () => {
    sut = await systemFor('image-api');
    const others = (['reader', 'accepted', 'pending', 'rejected'] as const).map(
      (name) => [name, sut.other(name)] as const,
    );
    subjects = new Subjects(
      new Map<Role, SystemUnderTest['alice']>([
        ['owner', sut.alice],
        ['stranger', sut.bob],
        ['operator', sut.operator],
        ...others,
      ]),
    );
  });
  afterAll(() => sut.close());

  const cases = Object.entries(TABLE).flatMap(([topic, rows]) =>
    rows.flatMap((row) =>
      ROLES.flatMap((role) => {
        const status = row.statuses[role];
        return status === undefined ? [] : [{ topic, role, status, row }];
      }),
    ),
  );

  it('is covered by a table worth the name', () => {
    expect(cases.length).toBeGreaterThan(250);
  });

  it.each(cases)('$topic: $row.request by $role is $status', async ({ role, status, row }) => {
    const [method = '', path = ''] = (await subjects.named(row.request)).split(/ (?<path>.*)/s);
    const response = await ask(role, method, { path, row });
    const text = await response.text();
    expect({ status: response.status, text: status === response.status ? '' : text }).toEqual({ status, text: '' });
    expect(response.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
    if (status === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Keystone uri=/);
    if (status === 204) expect(text).toBe('');
    expectSaid(response, text, row.said);
  });

  async function ask(role: Role, method: string, { path, row }: { path: string; row: Row }): Promise<Response> {
    const { body, headers = {} } = row.sent;
    const isJson = body !== undefined && !(body instanceof Uint8Array);
    const init = {
      method,
      headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isJson ? await subjects.named(JSON.stringify(body)) : (body) }),
    } as RequestInit;
    return role === 'nobody' ? fetch(sut.system.gateway + path, init) : subjects.tenant(role).fetch(path, init);
  }
});

function expectSaid(response: Response, text: string, { headers = {}, body, code, absent = [] }: Said): void {
  for (const [name, wanted] of Object.entries(headers)) {
    const found = response.headers.get(name);
    if (typeof wanted === 'string') expect([name, found]).toEqual([name, wanted]);
    else expect(found).toMatch(wanted);
  }
  if (code !== undefined) expect(response.headers.get('x-imago-error-code')).toBe(code);
  // A row may also name those who are refused.
  if (!response.ok || (body === undefined && absent.length === 0)) return;
  const found = JSON.parse(text) as Record<string, unknown>;
  if (body !== undefined) expect(found).toMatchObject(body);
  for (const name of absent) expect(found).not.toHaveProperty([name]);
}
