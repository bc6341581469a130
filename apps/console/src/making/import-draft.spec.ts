import { describe, expect, it } from 'vitest';
import { importOf, type ImportDraft } from './import-draft.ts';

const DRAFT: ImportDraft = {
  ...{ place: 'bucket', address: ' s3://a-bucket/web.qcow2 ', name: ' web ', os_distro: 'debian', os_version: '12' },
  ...{ architecture: 'x86_64', disk_format: 'qcow2', compression: 'none', min_disk: 10 },
  ...{ enterprise_project_id: 'default', image_type: 'system_disk', boot_mode: 'any', verify_boot: true },
};

describe('what a form says of an image file', () => {
  it('is asked for as the gateway takes it', () => {
    expect(importOf(DRAFT)).toEqual({
      source: 's3://a-bucket/web.qcow2',
      name: 'web',
      description: null,
      os_distro: 'debian',
      os_version: '12',
      architecture: 'x86_64',
      disk_format: 'qcow2',
      compression: null,
      min_disk: 10,
      enterprise_project_id: 'default',
      image_type: 'system_disk',
      boot_mode: null,
      verify_boot: true,
      agreement_accepted: true,
    });
  });

  it('says where the file is, and nothing of the places that were not chosen', () => {
    const all = { ...DRAFT, url: 'https://example.org/a', upload_id: 'an-upload', sha256: 'ab'.repeat(32) };
    expect(importOf(all)).not.toHaveProperty('checksum');
    expect(importOf({ ...all, place: 'upload' })).toMatchObject({ source: { upload_id: 'an-upload' } });
    expect(importOf({ ...all, place: 'url' })).toMatchObject({
      source: 'https://example.org/a',
      checksum: { algorithm: 'sha256', value: 'ab'.repeat(32) },
    });
  });

  it('never says that an ISO image is a system disk', () => {
    expect(importOf({ ...DRAFT, disk_format: 'iso' })).toMatchObject({ disk_format: 'iso', image_type: 'data_disk' });
  });

  it.each<Partial<ImportDraft>>([{ image_type: 'data_disk' }, { architecture: 'aarch64' }, { disk_format: 'iso' }])(
    'does not ask to boot what does not boot here: %j',
    (change) => {
      expect(importOf({ ...DRAFT, ...change })).toMatchObject({ verify_boot: false });
    },
  );
});
