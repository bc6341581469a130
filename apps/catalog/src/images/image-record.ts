import type { ShownImage } from '@imago/contracts';
import type { ImageRow } from './image.row.ts';

/** An image as everybody outside catalog sees it. */
export function toRecord(row: ImageRow): ShownImage {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    image_type: row.image_type,
    ...(row.architecture === null ? {} : { architecture: row.architecture }),
    ...(row.os_distro === null ? {} : { os_distro: row.os_distro }),
    ...(row.os_version === null ? {} : { os_version: row.os_version }),
    min_disk: row.min_disk,
    min_ram: row.min_ram,
    boot_mode: row.boot_mode,
    enterprise_project_id: row.enterprise_project_id,
    tags: row.tags,
    owner: row.owner,
    region: row.region,
    status: row.status,
    visibility: row.visibility,
    protected: row.protected,
    os_hidden: row.os_hidden,
    disk_format: row.disk_format,
    container_format: row.container_format,
    size: row.size,
    virtual_size: row.virtual_size,
    checksum: row.checksum,
    os_hash_algo: row.os_hash_algo,
    os_hash_value: row.os_hash_value,
    index_hash: row.index_hash,
    source: row.source,
    origin: row.origin,
    boot: row.boot,
    agreement: row.agreement,
    job_id: row.job_id,
    error: row.error,
    properties: row.properties,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    version: row.version,
  };
}
