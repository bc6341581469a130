import { RequestImport } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { importBody, toRequestImport } from './import-body.ts';

const valid = {
  source: 's3://my-bucket/images/web 1.qcow2',
  disk_format: 'qcow2',
  name: 'web-1',
  os_distro: 'ubuntu',
  os_version: '22.04',
  architecture: 'x86_64',
  min_disk: 40,
  enterprise_project_id: 'default',
  agreement_accepted: true,
};

function faults(body: unknown): string[] {
  const result = importBody.safeParse(body);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.map(String).join('.')],
  );
}

describe('the body of an import', () => {
  it('becomes the request of the contract, with what need not be said', () => {
    const request = toRequestImport(importBody.parse(valid), { region: 'region-1', idempotency_key: 'k' });
    expect(RequestImport.request.parse(request)).toEqual({
      region: 'region-1',
      idempotency_key: 'k',
      source: { type: 'bucket', bucket: 'my-bucket', object: 'images/web 1.qcow2' },
      checksum: null,
      disk_format: 'qcow2',
      compression: null,
      agreement_accepted: true,
      verify_boot: false,
      facts: {
        name: 'web-1',
        description: null,
        image_type: 'system_disk',
        architecture: 'x86_64',
        os_distro: 'ubuntu',
        os_version: '22.04',
        min_disk: 40,
        min_ram: 0,
        boot_mode: null,
        enterprise_project_id: 'default',
        tags: [],
      },
    });
  });

  it('takes an ISO image, which is no system disk and does not boot', () => {
    const iso = { ...valid, disk_format: 'iso' };
    const where = { region: 'region-1', idempotency_key: null };
    const request = { disk_format: 'iso', facts: { image_type: 'data_disk' } };
    expect(toRequestImport(importBody.parse(iso), where)).toMatchObject(request);
    expect(toRequestImport(importBody.parse({ ...iso, image_type: 'data_disk' }), where)).toMatchObject(request);
    expect(faults({ ...iso, image_type: 'system_disk' })).toEqual(['image_type']);
    expect(faults({ ...iso, verify_boot: true })).toEqual(['verify_boot']);
  });

  it('takes the wish to see it boot, for what boots on our hosts', () => {
    const wish = { ...valid, verify_boot: true };
    const where = { region: 'region-1', idempotency_key: null };
    expect(toRequestImport(importBody.parse(wish), where)).toMatchObject({ verify_boot: true });
    expect(faults({ ...wish, image_type: 'data_disk' })).toEqual(['verify_boot']);
    expect(faults({ ...wish, architecture: 'aarch64' })).toEqual(['verify_boot']);
  });

  it('takes the address without its scheme too', () => {
    expect(importBody.parse({ ...valid, source: 'my-bucket/a' }).source).toEqual({
      type: 'bucket',
      bucket: 'my-bucket',
      object: 'a',
    });
  });

  it.each([
    ['https://example.org/a.qcow2?key=1', { type: 'url', url: 'https://example.org/a.qcow2?key=1', headers: {} }],
    ['HTTP://example.org/a', { type: 'url', url: 'HTTP://example.org/a', headers: {} }],
    [
      { url: 'https://example.org/a', headers: { Authorization: 'Bearer x', 'X-Api-Key': 'y' } },
      { type: 'url', url: 'https://example.org/a', headers: { authorization: 'Bearer x', 'x-api-key': 'y' } },
    ],
    [
      { object_store: 'elsewhere', bucket: 'my-bucket', object: 'a' },
      { type: 'object_store', object_store: 'elsewhere', bucket: 'my-bucket', object: 'a' },
    ],
    [
      'upload://0197B1D8-7f5e-7cc8-b2f4-54d4d7b8d5c3',
      { type: 'upload', upload_id: '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3' },
    ],
    [
      { upload_id: '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3' },
      { type: 'upload', upload_id: '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3' },
    ],
  ])('takes %j', (source, meant) => {
    expect(importBody.parse({ ...valid, source }).source).toEqual(meant);
  });

  it('takes a checksum, in large letters too', () => {
    const checksum = { algorithm: 'sha256', value: 'AB'.repeat(32) };
    expect(importBody.parse({ ...valid, checksum }).checksum).toEqual({ ...checksum, value: 'ab'.repeat(32) });
  });

  it.each<[unknown, string]>([
    [{ url: 'ftp://example.org/a' }, 'source.url'],
    [{ url: 'https://example.org/a', headers: { range: 'bytes=0-1' } }, 'source.headers.range'],
    [{ url: 'https://example.org/a', headers: { host: 'internal' } }, 'source.headers.host'],
    [{ url: 'https://example.org/a', headers: { 'X-Forwarded-For': '127.0.0.1' } }, 'source.headers.X-Forwarded-For'],
    [{ url: 'https://example.org/a', headers: { 'transfer-encoding': 'chunked' } }, 'source.headers.transfer-encoding'],
    [{ url: 'https://example.org/a', headers: { 'x-key': 'a\r\nhost: b' } }, 'source.headers.x-key'],
    [{ url: 'https://example.org/a', headers: { 'x-key': '' } }, 'source.headers.x-key'],
    [{ url: 'https://example.org/a', headers: { 'x-key': 'a'.repeat(8192) } }, 'source.headers'],
    [
      {
        url: 'https://example.org/a',
        headers: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`x-${index}`, 'a'])),
      },
      'source.headers',
    ],
    [{ url: 'https://example.org/a', bucket: 'b' }, 'source'],
    [{ object_store: 'A b', bucket: 'my-bucket', object: 'a' }, 'source.object_store'],
    [{ object_store: 'elsewhere', bucket: 'my-bucket' }, 'source.object'],
    [{ upload_id: 'mine' }, 'source.upload_id'],
    [{ upload_id: '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3', bucket: 'b' }, 'source'],
  ])('refuses the source %j and names the fault', (source, path) => {
    expect(faults({ ...valid, source })).toEqual([path]);
  });

  it.each([
    { algorithm: 'sha1', value: 'ab'.repeat(20) },
    { algorithm: 'sha256', value: 'ab'.repeat(31) },
    { algorithm: 'md5', value: 'zz'.repeat(16) },
    'ab'.repeat(32),
  ])('refuses the checksum %j', (checksum) => {
    expect(faults({ ...valid, checksum })[0]).toMatch(/^checksum/);
  });

  it.each(Object.keys(valid))('needs %s', (field) => {
    const rest = Object.fromEntries(Object.entries(valid).filter(([name]) => name !== field));
    expect(faults(rest)).toEqual([field]);
  });

  it.each<[string, unknown]>([
    ['source', ''],
    ['source', 'my-bucket'],
    ['source', 'my-bucket/'],
    ['source', 's3://'],
    ['source', 'ftp://example.org/a.qcow2'],
    ['source', 'https://'],
    ['source', 'upload://'],
    ['source', 'upload://mine/../0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3'],
    ['source', `https://example.org/${'a'.repeat(4096)}`],
    ['source', 7],
    ['source', null],
    ['source', {}],
    ['source', 's3://My_Bucket/a'],
    ['source', 's3://my-bucket/a\u0000b'],
    ['source', `s3://my-bucket/${'a'.repeat(1025)}`],
    ['source', { bucket: 'my-bucket', object: 'a' }],
    ['disk_format', 'ploop'],
    ['disk_format', 'QCOW2'],
    ['compression', 'zip'],
    ['name', ''],
    ['name', ' '],
    ['name', 'a\nb'],
    ['name', 'x'.repeat(256)],
    ['architecture', 'mips'],
    ['os_distro', ''],
    ['os_distro', 'beos'],
    ['os_version', '22.05'],
    ['min_disk', 0],
    ['min_disk', 1025],
    ['min_disk', 1.5],
    ['min_disk', '40'],
    ['min_ram', -1],
    ['description', 'x'.repeat(1025)],
    ['agreement_accepted', false],
    ['agreement_accepted', 'true'],
    ['visibility', 'public'],
    ['owner', 'somebody-else'],
  ])('refuses %s = %j', (field, value) => {
    expect(faults({ ...valid, [field]: value })).toEqual([field]);
  });
});
