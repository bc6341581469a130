import { eventually, firstOfEach } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DISCOVERY_ROWS } from '../test/image-api/discovery-rows.ts';
import { FILE_ROWS } from '../test/image-api/file-rows.ts';
import { IMAGE_ROWS } from '../test/image-api/image-rows.ts';
import { IMPORT_ROWS } from '../test/image-api/import-rows.ts';
import { LIST_ROWS } from '../test/image-api/list-rows.ts';
import { MEMBER_ROWS } from '../test/image-api/member-rows.ts';
import { METADEF_ROWS } from '../test/image-api/metadef-rows.ts';
import { PATCH_ROWS } from '../test/image-api/patch-rows.ts';
import { type Role, ROLES, type Row, type Said } from '../test/image-api/rows.ts';
import { FILE, Subjects } from '../test/image-api/subjects.ts';
import { type ServedFile, serveFile } from '../test/range-server.ts';
import { systemFor } from '../test/shared-system.ts';
import { REGION, type SystemUnderTest } from '../test/system-under-test.ts';

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  discovery: DISCOVERY_ROWS,
  images: IMAGE_ROWS,
  lists: LIST_ROWS,
  changes: PATCH_ROWS,
  files: FILE_ROWS,
  imports: IMPORT_ROWS,
  members: MEMBER_ROWS,
  definitions: METADEF_ROWS,
};

/** The OpenStack Image API, row by row: what Glance answers, ours must. What differs on purpose stands in docs/clients.md. */
describe('the OpenStack Image API', () => {
  let sut: SystemUnderTest;
  let subjects: Subjects;
  let webServer: ServedFile;

  beforeAll(async () => {
    sut = await systemFor('image-api');
    webServer = await serveFile(FILE);
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
      webServer.url,
    );
  });
  afterAll(async () => {
    await webServer.close();
    await sut.close();
  });

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

  // Who may do what is walked route by route as well: policy-walk.e2e.spec.ts.
  const kindOf = ({ topic, status, row }: (typeof cases)[number]): string =>
    [topic, row.request.split(' ')[0], status, row.said.code].join(' ');
  for (const [rows, options] of firstOfEach(cases, kindOf)) {
    it.each(rows)('$topic: $row.request by $role is $status', options, async ({ role, status, row }) => {
      const [method = '', path = ''] = (await subjects.named(row.request)).split(/ (?<path>.*)/s);
      const response = await ask(role, method, { path, row });
      const text = await response.text();
      expect({ status: response.status, text: status === response.status ? '' : text }).toEqual({ status, text: '' });
      expect(response.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
      if (status === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Keystone uri=/);
      if (status === 204) expect(text).toBe('');
      expectSaid(response, text, row.said);
    });
  }

  describe('an import into a registered image', () => {
    interface Imported {
      readonly status: string;
      readonly size: number | null;
      readonly disk_format: string;
      readonly os_glance_importing_to_stores: string;
      readonly os_glance_failed_import: string;
    }
    interface Task {
      readonly status: string;
      readonly message: string;
    }
    const done = { os_glance_importing_to_stores: '', os_glance_failed_import: '' };

    /** The image when its import has ended, and the one task, which names the request that asked for it. */
    async function imported(image: string, method: object): Promise<{ image: Imported; task: Task }> {
      const { alice } = sut;
      const { status, headers } = await alice.ask('POST', `/v2/images/${image}/import`, { method });
      expect(status).toBe(202);
      const request_id = headers.get('x-openstack-request-id');
      const task = await eventually(async () => {
        const { tasks } = await alice.get<{ tasks: Task[] }>(`/v2/images/${image}/tasks`);
        const mine = tasks.find((each) => 'request_id' in each && each.request_id === request_id);
        expect(mine).toMatchObject({ type: 'api_image_import', input: { import_req: { method } } });
        expect(['success', 'failure']).toContain(mine?.status);
        return mine as Task;
      });
      return { task, image: await eventually(() => settled(image)) };
    }

    async function settled(id: string): Promise<Imported> {
      const found = await sut.alice.get<Imported>(`/v2/images/${id}`);
      expect(['active', 'queued']).toContain(found.status);
      return found;
    }

    it('takes what was staged, and keeps nothing of the staged file', async () => {
      const id = await subjects.named('{new staged}');
      const { image, task } = await imported(id, { name: 'glance-direct' });
      expect(task).toMatchObject({ status: 'success', message: '' });
      expect(image).toMatchObject({ ...done, status: 'active', disk_format: 'qcow2', virtual_size: FILE.length });
    });

    it('takes what a web server has', async () => {
      const id = await subjects.named('{new queued}');
      const { image } = await imported(id, { name: 'web-download', uri: `${webServer.url}/disk.raw` });
      expect(image).toMatchObject({ ...done, status: 'active', disk_format: 'qcow2' });
    });

    it('that fails leaves the image queued, says why, and lets another one try', async () => {
      const id = await subjects.named('{new queued}');
      const { image, task } = await imported(id, { name: 'web-download', uri: `${webServer.url}/gone` });
      expect(image).toMatchObject({ status: 'queued', size: null, os_glance_failed_import: REGION });
      expect(task).toMatchObject({ status: 'failure', message: expect.stringContaining(webServer.url) });
      await sut.alice.fetch(`/v2/images/${id}/stage`, {
        ...{ method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: FILE },
      });
      expect((await imported(id, { name: 'glance-direct' })).image).toMatchObject({ ...done, status: 'active' });
    });

    it('of junk leaves it queued, and nothing of the junk', async () => {
      const id = await subjects.named('{new blank}');
      const formats = { disk_format: 'qcow2', container_format: 'bare' };
      await sut.alice.patch(
        id,
        Object.entries(formats).map(([name, value]) => ({ op: 'replace', path: `/${name}`, value })),
      );
      await sut.alice.fetch(`/v2/images/${id}/stage`, {
        ...{ method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: FILE },
      });
      const { image, task } = await imported(id, { name: 'glance-direct' });
      expect(image).toMatchObject({ status: 'queued', size: null, os_glance_failed_import: REGION });
      expect(task.message).toContain('qcow2');
    });
  });

  async function ask(role: Role, method: string, { path, row }: { path: string; row: Row }): Promise<Response> {
    const { body, headers = {} } = row.sent;
    const isJson = body !== undefined && !(body instanceof Uint8Array);
    const init = {
      method,
      headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isJson ? await subjects.named(JSON.stringify(body)) : body }),
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
