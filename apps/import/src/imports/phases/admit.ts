import { refusal } from '@imago/contracts';
import { sourceUri } from '../import-job.ts';
import { sourceFailure } from '../source/source-failure.ts';
import type { ImportPhase, ImportTools } from './import-phase.ts';

/** Looks at the file: it is still the one the import was asked for, and it is not empty. */
export function admit(tools: ImportTools): ImportPhase {
  return async ({ job, data, signal }) => {
    const { source } = job.input;
    const found = await tools.regions
      .get(job.region)
      .bucketStore(source.bucket)
      .head(source.object, signal)
      .catch((error: unknown) => {
        throw sourceFailure(error, source);
      });
    const pinned = data.source ?? { etag: found.etag, size: found.size };
    if (found.etag !== pinned.etag) {
      throw refusal('import.source_changed', `${sourceUri(source)} was overwritten before it was imported.`, {
        bucket: source.bucket,
        object: source.object,
      });
    }
    if (pinned.size === 0) throw refusal('image.empty', `${sourceUri(source)} is empty.`);
    return { next: 'inspect', data: { ...data, source: pinned } };
  };
}
