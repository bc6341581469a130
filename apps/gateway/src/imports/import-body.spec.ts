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
      source: { bucket: 'my-bucket', object: 'images/web 1.qcow2' },
      disk_format: 'qcow2',
      agreement_accepted: true,
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

  it('takes the address without its scheme too', () => {
    expect(importBody.parse({ ...valid, source: 'my-bucket/a' }).source).toEqual({ bucket: 'my-bucket', object: 'a' });
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
    ['source', 'https://example.org/a.qcow2'],
    ['source', 's3://My_Bucket/a'],
    ['source', 's3://my-bucket/a\u0000b'],
    ['source', `s3://my-bucket/${'a'.repeat(1025)}`],
    ['source', { bucket: 'my-bucket', object: 'a' }],
    ['disk_format', 'vmdk'],
    ['disk_format', 'QCOW2'],
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
