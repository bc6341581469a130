import { describe, expect, it } from 'vitest';
import { anImage, anOrigin } from '../../test/records.ts';
import { imageDocument } from './image-document.ts';

describe('an image in the OpenStack Image API', () => {
  it('is flat, with numbers, whole seconds and text properties', () => {
    const image = anImage();
    expect(imageDocument(image)).toEqual({
      id: image.id,
      name: 'web-1',
      status: 'active',
      visibility: 'private',
      protected: false,
      os_hidden: false,
      owner: 'p-a',
      disk_format: 'qcow2',
      container_format: 'bare',
      size: 1_048_576,
      virtual_size: 42_949_672_960,
      checksum: 'd41d8cd98f00b204e9800998ecf8427e',
      os_hash_algo: 'sha512',
      os_hash_value: 'ab'.repeat(64),
      min_disk: 40,
      min_ram: 512,
      tags: ['web', 'prod'],
      stores: 'region-1',
      created_at: '2026-11-23T20:51:47Z',
      updated_at: '2026-11-23T20:52:00Z',
      self: `/v2/images/${image.id}`,
      file: `/v2/images/${image.id}/file`,
      schema: '/v2/schemas/image',
      description: 'a web server',
      architecture: 'x86_64',
      os_distro: 'ubuntu',
      os_version: '22.04',
      hw_firmware_type: 'uefi',
      image_type: 'system_disk',
      enterprise_project_id: 'default',
      region: 'region-1',
      job_id: image.job_id,
      boot: 'proven',
      scan: 'clean',
      source_uri: 's3://b/o',
      source_disk_format: 'raw',
      source_size: '42949672960',
      hw_disk_bus: 'virtio',
      'owner_specified.openstack.md5': 'x',
    });
  });

  it('of a full machine lists its data disks as text, and each of them names the machine', () => {
    const disk = { image_id: 'd', position: 1, size_gib: 20, size: '1048576', checksum: null };
    const document = imageDocument(anImage({ image_type: 'full_machine', data_disks: [disk] }));
    expect(JSON.parse(String(document.data_disks))).toEqual([{ ...disk, size: 1_048_576 }]);
    expect(document).not.toHaveProperty('machine_image_id');
    expect(imageDocument(anImage({ machine_image_id: 'm' }))).toMatchObject({ machine_image_id: 'm' });
  });

  it('keeps the nulls of the standard and leaves out what is only ours', () => {
    const document = imageDocument(
      anImage({ size: null, checksum: null, description: null, boot_mode: null, source: null }),
    );
    expect(document).toMatchObject({ size: null, checksum: null });
    for (const name of ['description', 'hw_firmware_type', 'source_uri', 'error_code'])
      expect(document).not.toHaveProperty([name]);
  });

  it('tells why a killed image failed', () => {
    const error = { code: 'image.damaged', kind: 'unsupported', message: 'said', remedy: 'do' };
    expect(imageDocument(anImage({ status: 'killed', error }))).toMatchObject({
      status: 'killed',
      error_code: 'image.damaged',
      error_message: 'said',
      error_remedy: 'do',
    });
  });

  it('names the server it was captured from and the image of that, as Nova does, whatever its owner says', () => {
    const origin = anOrigin();
    const properties = { instance_uuid: 'another', base_image_ref: 'another' };
    expect(imageDocument(anImage({ origin, source: null, properties }))).toMatchObject({
      instance_uuid: origin.server_id,
      base_image_ref: origin.image_id,
      source_server_name: 'web-1',
      image_type: 'system_disk',
    });
    expect(imageDocument(anImage({ origin: { ...origin, image_id: null } }))).not.toHaveProperty('base_image_ref');
    expect(imageDocument(anImage({ properties }))).toMatchObject(properties);
  });

  it('lets no custom property replace a field', () => {
    const image = anImage({ properties: { id: 'x', owner: 'mallory', self: '/evil', status: 'active!' } });
    expect(imageDocument(image)).toMatchObject({
      id: image.id,
      owner: 'p-a',
      self: `/v2/images/${image.id}`,
      status: 'active',
    });
  });

  it('has no property but text beside the standard fields', () => {
    const others = Object.entries(imageDocument(anImage())).filter(([name]) => name !== 'tags');
    for (const [, value] of others) expect(['string', 'number', 'boolean']).toContain(typeof value);
  });
});
