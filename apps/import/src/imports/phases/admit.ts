import { refusal } from '@imago/contracts';
import { sourceUri } from '../source/job-source.ts';
import { requireContent } from '../source/pin-promptly.ts';
import type { ImportPhase, ImportTools } from './import-phase.ts';

/** Looks at the file: it is still the one the import was asked for, and it is not empty. */
export function admit(tools: ImportTools): ImportPhase {
  return async ({ job, data, signal }) => {
    const file = await tools.files.of(job);
    const found = await file.pin(signal);
    const pinned = data.source ?? found;
    const uri = sourceUri(job.input.source);
    if (found.etag !== pinned.etag || found.size !== pinned.size)
      throw refusal('import.source_changed', `${uri} was overwritten before it was imported.`, { source_uri: uri });
    requireContent(job.input.source, pinned);
    const isPacked = (job.input.compression ?? null) !== null;
    return { next: isPacked ? 'unpack' : 'inspect', data: { ...data, source: pinned } };
  };
}
