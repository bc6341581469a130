import type { CopiedObject, StoredObject } from '@imago/contracts';
import { required } from '@imago/jobs';
import type { TransferJobData } from '../jobs/transfer-job.ts';

/** The object of a copy that was read back. */
export function storedCopy(data: TransferJobData, source: CopiedObject): StoredObject {
  const { object_id, key } = required(data.object, 'object');
  const { disk_format, virtual_size, allocated_bytes, index_hash } = source;
  return {
    ...{ object_id, key, disk_format, virtual_size, allocated_bytes, index_hash },
    ...required(data.verified, 'verified'),
    os_hash_algo: 'sha512',
    size: required(data.size, 'size').toString(),
  };
}
