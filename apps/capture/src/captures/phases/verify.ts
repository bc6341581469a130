import type { JobTools } from '../../jobs/job-tools.ts';
import { readImageBack } from '../../stored/read-back.ts';
import type { CapturePhase } from './capture-phase.ts';

/** Proves that the store has what was sent. Of an image that is no layer, its hashes are known then. */
export function verify(tools: JobTools): CapturePhase {
  return async (context) => {
    const { md5, sha512 } = await readImageBack(context, tools);
    return { next: 'examine', data: { ...context.data, verified: { checksum: md5, os_hash_value: sha512 } } };
  };
}
