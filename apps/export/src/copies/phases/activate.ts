import { type CopiedObject, refusal, type StoredObject } from '@imago/contracts';
import { completedObject } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import type { JobTools } from '../../jobs/job-tools.ts';
import type { TransferJobData } from '../../jobs/transfer-job.ts';
import { describeSource } from '../copied-image.ts';
import { copied } from '../copy-events.ts';
import { copyPlace } from '../copy-place.ts';
import type { CopyPhase } from './copy-phase.ts';

/** Says that the copy is there, and still the one that was read back. */
export function activate(tools: JobTools): CopyPhase {
  return async (context) => {
    const { job, data, signal } = context;
    const source = await describeSource(context, tools);
    const { store, key } = copyPlace(tools, job, data);
    const found = await completedObject(store, key, { size: required(data.size, 'size'), signal });
    if (found?.etag !== required(data.sealed, 'sealed').etag) {
      throw refusal('copy.verification_failed', 'The copy in the store is not the one that was read back.');
    }
    const object = storedCopy(data, source);
    return { succeeded: (ended, view) => copied(ended, view, object) };
  };
}

function storedCopy(data: TransferJobData, source: CopiedObject): StoredObject {
  const { object_id, key } = required(data.object, 'object');
  const { disk_format, virtual_size, allocated_bytes, index_hash } = source;
  return {
    ...{ object_id, key, disk_format, virtual_size, allocated_bytes, index_hash },
    ...required(data.verified, 'verified'),
    os_hash_algo: 'sha512',
    size: required(data.size, 'size').toString(),
  };
}
