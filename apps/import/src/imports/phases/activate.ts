import { refusal } from '@imago/contracts';
import { required } from '@imago/jobs';
import { ObjectNotFoundError } from '@imago/object-store';
import { imported } from '../import-events.ts';
import { eraseUnpacked } from '../source/unpacked-file.ts';
import { requireScanned } from '../../offline-imports/require-scanned.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';

/** Says that the image is there. The object must still be the one that was read back, not one of a lost worker. */
export function activate(tools: ImportTools): ImportPhase {
  return async (context) => {
    const { job, data, signal } = context;
    if (job.input.offline !== undefined) requireScanned(job.input.offline, required(data.scanned, 'scanned'));
    const { key } = required(data.object, 'object');
    const store = imageStore(tools, job);
    const found = await store.head(key, signal).catch((error: unknown) => {
      if (error instanceof ObjectNotFoundError) return null;
      throw error;
    });
    if (found?.etag !== required(data.sealed, 'sealed').etag) {
      throw refusal('import.verification_failed', 'The stored object changed after it was read back.');
    }
    if (data.unpacked !== undefined) await eraseUnpacked(store, job.id, context);
    return { succeeded: imported };
  };
}
