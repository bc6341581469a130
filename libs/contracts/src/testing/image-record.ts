import type { RegisterImage } from '../catalog.requests.ts';
import type { RequestOf } from '../define.ts';
import type { ShownImage } from '../image.ts';

/** An image as catalog knows it right after its registration, private and without bytes; a test says what it is about. */
export function imageRecord(said: Pick<ShownImage, 'id' | 'owner' | 'region'> & Partial<ShownImage>): ShownImage {
  const now = new Date().toISOString();
  return {
    name: 'web',
    description: null,
    image_type: 'system_disk',
    min_disk: 10,
    min_ram: 0,
    boot_mode: null,
    enterprise_project_id: 'default',
    tags: [],
    status: 'queued',
    visibility: 'private',
    protected: false,
    os_hidden: false,
    disk_format: 'qcow2',
    container_format: 'bare',
    size: null,
    virtual_size: null,
    checksum: null,
    os_hash_algo: null,
    os_hash_value: null,
    index_hash: null,
    source: null,
    origin: null,
    data_disks: [],
    machine_image_id: null,
    agreement: null,
    job_id: null,
    error: null,
    properties: {},
    created_at: now,
    updated_at: now,
    version: 1,
    ...said,
  };
}

/** The same, of what was asked to be registered. */
export function registeredRecord(request: RequestOf<typeof RegisterImage>, owner: string): ShownImage {
  const { image_id: id, region, facts, visibility, disk_format, agreement, job_id } = request;
  const given = { visibility, disk_format, agreement, job_id, container_format: null };
  const data_disks = request.data_disks.map((disk, at) => ({ ...disk, position: at + 1, size: null, checksum: null }));
  return imageRecord({ ...facts, ...given, data_disks, id, owner, region });
}
