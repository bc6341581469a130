import type { ImageRecord, RegisterImage, RequestOf } from '@imago/contracts';

/** An image as catalog knows it right after its registration. */
export function imageRecord(request: RequestOf<typeof RegisterImage>, owner: string): ImageRecord {
  const now = new Date().toISOString();
  return {
    ...request.facts,
    id: request.image_id,
    owner,
    region: request.region,
    status: 'queued',
    visibility: request.visibility,
    protected: false,
    os_hidden: false,
    disk_format: request.disk_format,
    container_format: null,
    size: null,
    virtual_size: null,
    checksum: null,
    os_hash_algo: null,
    os_hash_value: null,
    index_hash: null,
    source: null,
    origin: null,
    agreement: request.agreement,
    job_id: request.job_id,
    error: null,
    properties: {},
    created_at: now,
    updated_at: now,
    version: 1,
  };
}
