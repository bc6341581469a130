import { refusal } from '@imago/contracts';
import { required } from '@imago/jobs';
import type { JobTools } from '../jobs/job-tools.ts';
import { readImageBack } from '../stored/read-back.ts';
import type { FlattenPhase } from './flatten-phase.ts';

/** Proves that the store has what was sent, and that it is what `/file` of the image gave before, where that is known. */
export function verify(tools: JobTools): FlattenPhase {
  return async (context) => {
    const { md5, sha512 } = await readImageBack(context, tools);
    const { checksum, os_hash_value } = required(context.data.known, 'known');
    if ((checksum ?? md5) !== md5 || (os_hash_value ?? sha512) !== sha512) {
      throw refusal('capture.verification_failed', 'The flattened image has other bytes than the image.');
    }
    return { next: 'activate', data: { ...context.data, verified: { checksum: md5, os_hash_value: sha512 } } };
  };
}
