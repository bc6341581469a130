import type { DataOf, ImageDeletedV1, ImageFailedV1, ImageRecord, ImageRegisteredV1 } from '@imago/contracts';
import { refusal } from '@imago/contracts';

/** Whose image, where. */
export interface SomeImage {
  readonly image_id: string;
  readonly project_id: string;
  readonly region: string;
}

/** An image as catalog's events carry it. */
export function imageRecord(image: SomeImage, overrides: Partial<ImageRecord> = {}): ImageRecord {
  const now = new Date().toISOString();
  return {
    id: image.image_id,
    owner: image.project_id,
    region: image.region,
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
    agreement: null,
    job_id: null,
    error: null,
    properties: {},
    created_at: now,
    updated_at: now,
    version: 1,
    ...overrides,
  };
}

export function registeredData(image: SomeImage): DataOf<typeof ImageRegisteredV1> {
  return { image: imageRecord(image) };
}

export function failedData(image: SomeImage): DataOf<typeof ImageFailedV1> {
  const error = refusal('image.empty', 'The file is empty.').toDocument();
  return { image: imageRecord(image, { status: 'killed', error }), error };
}

export function deletedData(image: SomeImage): DataOf<typeof ImageDeletedV1> {
  return { image: imageRecord(image, { status: 'deleted' }), members: [] };
}
