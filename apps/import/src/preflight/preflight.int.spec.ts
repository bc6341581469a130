import { PreflightImport, type PreflightReport, refusal, RequestImport, type RequestOf } from '@imago/contracts';
import { HOSTILE_FILES, HOSTILE_PACKED } from '@imago/disk-image/testing';
import { tinyDisk } from '@imago/readiness/testing';
import { firstOfEach } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QemuImg } from '../../test/disks.ts';
import { everythingKept } from '../../test/everything-kept.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { importOf, OTHER_PROJECT, PROJECT, tenant } from '../../test/requests.ts';
import { WebServer } from '../../test/web-server.ts';

type Change = Partial<RequestOf<typeof RequestImport>>;

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';
const SECRET = 'c0ffee';

describe('a preflight of an import', () => {
  let imports: ImportUnderTest;
  let server: WebServer;
  let qcow2: Buffer;

  beforeAll(async () => {
    server = await WebServer.listen('http');
    imports = await startImport({
      IMPORT_OUTBOUND_ALLOW: '127.0.0.1',
      IMPORT_OUTBOUND_HTTP: 'true',
      IMPORT_OUTBOUND_RETRY_SECONDS: '0.01',
    });
    const qemu = new QemuImg(imports.qemuImg, imports.directory);
    qcow2 = await qemu.toQcow2(tinyDisk({ 'etc/os-release': DEBIAN }, 2 ** 20));
    await imports.files.put('disk.qcow2', qcow2);
    await imports.files.put('large.qcow2', await qemu.create('3G'));
  });
  beforeEach(() => {
    server.reset(tinyDisk({ 'etc/os-release': DEBIAN }, 2 ** 20));
    imports.catalog.refuseRegistration = null;
  });
  afterAll(async () => {
    await imports.close();
    await server.close();
  });

  const wanted = (object: string, change: Change = {}): RequestOf<typeof PreflightImport> =>
    importOf(imports.bucket, object, { disk_format: 'qcow2', ...change });
  const preflight = (object: string, change?: Change): Promise<PreflightReport> =>
    imports.ask(PreflightImport, wanted(object, change));
  const declaring = (object: string, facts: Partial<Change['facts']>): Change => ({
    facts: { ...importOf(imports.bucket, object).facts, ...facts },
  });

  const statuses = ({ points }: PreflightReport) =>
    Object.fromEntries(points.map(({ check, status, code }) => [check, code ?? status]));

  it('of a good file finds nothing that an import would be refused for, and what the import will find', async () => {
    const report = await preflight('disk.qcow2');
    expect(report.points.filter(({ code }) => code !== null)).toEqual([]);
    expect(statuses(report)).toMatchObject({
      ...{ source: 'ok', file: 'ok', checksum: 'ok', format: 'ok', structure: 'ok', disk_size: 'ok' },
      ...{ image: 'ok', image_quota: 'ok', operating_system: 'ok' },
    });
    expect(report.facts).toMatchObject({
      source_uri: `s3://${imports.bucket}/disk.qcow2`,
      size: qcow2.length.toString(),
      disk_formats: ['qcow2'],
      virtual_size: (2 ** 20).toString(),
      min_disk: 10,
      needed_min_disk: 1,
      operating_system: { os_distro: 'debian', os_version: '12' },
      quotas: [{ resource: 'images', limit: 10, used: 3 }],
    });
    expect(imports.catalog.previewed.at(-1)).toMatchObject({ visibility: 'private', facts: { name: 'web' } });
  });

  it('tells of a full quota, a wrong format, a disk too small and another system at once', async () => {
    imports.catalog.refuseRegistration = refusal('quota.images_exceeded', 'No place is left.', { limit: 10, used: 10 });
    const other = await preflight('disk.qcow2', {
      disk_format: 'raw',
      ...declaring('disk.qcow2', { os_distro: 'ubuntu', os_version: '22.04' }),
    });
    expect(other.status).toBe('problem');
    expect(statuses(other)).toMatchObject({
      ...{ format: 'image.format_mismatch', structure: 'ok', disk_size: 'ok' },
      ...{ image_quota: 'quota.images_exceeded', operating_system: 'problem' },
    });
    expect(other.points.find(({ check }) => check === 'format')?.seen).toMatch(/declared raw, found qcow2/i);
    const large = await preflight('large.qcow2', declaring('large.qcow2', { min_disk: 2 }));
    expect(statuses(large)).toMatchObject({ disk_size: 'image.disk_too_small', image_quota: 'quota.images_exceeded' });
    expect(large.facts).toMatchObject({ min_disk: 2, needed_min_disk: 3 });
  });

  const hostile = HOSTILE_FILES.filter(({ found }) => found === 'inspecting');
  for (const [files, options] of firstOfEach(hostile, ({ code }) => code)) {
    it('names what is hostile of a file, and says the rest all the same', options, async () => {
      for (const { name, declared, bytes, code } of files) {
        await imports.files.put('hostile', bytes);
        const report = await preflight('hostile', { disk_format: declared });
        expect({ name, codes: report.points.map((point) => point.code) }).toMatchObject({
          name,
          codes: expect.arrayContaining([code]) as unknown,
        });
        expect(statuses(report)).toMatchObject({ source: 'ok', image_quota: 'ok' });
      }
    });
  }

  it('judges what is packed as an import does', async () => {
    for (const { name, compression, bytes, code } of HOSTILE_PACKED.filter((each) =>
      each.code.startsWith('image.format_'),
    )) {
      await imports.files.put('packed', bytes);
      const report = await preflight('packed', { compression });
      expect({ name, format: statuses(report)['format'] }).toEqual({ name, format: code });
    }
  });

  it('refuses in the words of an import what an import refuses, for whoever asks', async () => {
    const refused = async (source: Change['source'], check: string, who = tenant()): Promise<void> => {
      const request = wanted('nothing', source === undefined ? {} : { source });
      const error: unknown = await imports
        .ask(RequestImport, { ...request, idempotency_key: null }, who)
        .catch((thrown: unknown) => thrown);
      const report = await imports.ask(PreflightImport, request, who);
      const point = report.points.find((each) => each.check === check);
      expect(error).toMatchObject({ code: point?.code, message: point?.seen, remedy: point?.remedy });
      expect(statuses(report)).toMatchObject({ structure: 'unknown', operating_system: 'unknown', image_quota: 'ok' });
    };
    await refused(undefined, 'file');
    await refused({ type: 'bucket', bucket: imports.otherBucket, object: 'disk.qcow2' }, 'source');
    await refused(wanted('disk.qcow2').source, 'source', tenant(OTHER_PROJECT));
    await refused({ type: 'upload', upload_id: '00000000-0000-7000-8000-000000000009' }, 'source');
    await refused({ type: 'object_store', object_store: 'none', bucket: 'bucket', object: 'disk' }, 'source');
    await refused({ type: 'url', url: 'http://10.0.0.1/disk', headers: {} }, 'file');
    const reader = tenant(PROJECT, ['reader']);
    await expect(imports.ask(PreflightImport, wanted('disk.qcow2'), reader)).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
  });

  it('looks at a file on a web server with what opens it, and leaves nothing of that or of itself', async () => {
    const source = {
      type: 'url',
      url: server.url(`/disk?key=${SECRET}`, '127.0.0.1'),
      headers: { authorization: SECRET },
    } as const;
    const before = await everythingKept(imports);
    const report = await preflight('nothing', { source, disk_format: 'raw' });
    expect(statuses(report)).toMatchObject({ file: 'ok', format: 'ok', operating_system: 'ok' });
    expect(server.requests.every((each) => each.headers.authorization === SECRET)).toBe(true);
    expect(JSON.stringify(report)).not.toContain(SECRET);
    expect(await everythingKept(imports)).toBe(before);
    expect(imports.catalog.registered.size).toBe(0);
    expect(imports.recorder.events).toEqual([]);
  });

  it('ends in its time, says what it does not know, and is done one at a time for a project', async () => {
    const held = Promise.withResolvers<undefined>();
    imports.catalog.silence = held.promise;
    try {
      server.behaviour = () => undefined;
      const mute = { type: 'url', url: server.url('/disk', '127.0.0.1'), headers: {} } as const;
      const ask = (request: RequestOf<typeof PreflightImport>, project: string) =>
        imports.requests.send(PreflightImport, request, { context: tenant(project), timeout_ms: 5_000 });
      const others = ask(wanted('nothing', { source: mute }), OTHER_PROJECT);
      const first = ask(wanted('disk.qcow2'), PROJECT);
      await expect(preflight('disk.qcow2')).rejects.toMatchObject({ code: 'import.preflight_busy' });
      expect(statuses(await first)).toMatchObject({ format: 'ok', operating_system: 'ok', image_quota: 'unknown' });
      expect(statuses(await others)).toMatchObject({ source: 'ok', file: 'unknown', operating_system: 'unknown' });
    } finally {
      held.resolve(undefined);
      imports.catalog.silence = Promise.resolve(undefined);
    }
  });

  it('estimates by what imports have taken here, and says when none has', async () => {
    expect((await preflight('disk.qcow2')).estimate).toMatchObject({ seconds: null, imports: 0 });
    const worker = await imports.hire();
    const { id } = await imports.request('disk.qcow2', { disk_format: 'qcow2' });
    expect(await imports.looks.ended(id)).toMatchObject({ state: 'succeeded' });
    await worker.dismiss();
    const { estimate } = await preflight('disk.qcow2');
    expect(estimate).toMatchObject({ imports: 1 });
    expect(estimate.seconds).toBeGreaterThan(0);
  });
});
