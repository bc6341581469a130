import type { JobDefinition } from '@imago/jobs';
import type { ImportConfig } from '../config.ts';
import { imported } from '../resumable-uploads/imported-upload.ts';
import { importCancelled, importFailed, importProgressed } from './import-events.ts';
import type { ImportData, ImportInput } from './import-job.ts';
import { uploadOf } from './phases/image-upload.ts';
import { type ImportTools, imageStore } from './phases/import-phase.ts';
import { importPhases } from './phases/import-phases.ts';
import { eraseUnpacked } from './source/unpacked-file.ts';

/** Milliseconds an ended import may take to give back what it has in the store; sweeps are the net. */
const CLEAN_UP_TIMEOUT = 5_000;

/** An import as the runner of jobs knows it. */
export function importDefinition(tools: ImportTools, config: ImportConfig): JobDefinition<ImportInput, ImportData> {
  return {
    firstPhase: 'admit',
    phases: importPhases(tools, config.IMPORT_MAXIMUM_ATTEMPTS),
    maximumAttempts: config.IMPORT_MAXIMUM_ATTEMPTS,
    stallSeconds: config.IMPORT_STALL_SECONDS,
    progressed: importProgressed,
    failed: importFailed,
    cancelled: importCancelled,
    ended: async (tx, job) => {
      await tools.parts.keepOnly(tx, job.id, []);
      await tools.records.forget(tx, job.id);
      await imported(tx, tools.uploads, job);
    },
    cleanUp: async (job) => {
      const store = imageStore(tools, job);
      const signal = AbortSignal.timeout(CLEAN_UP_TIMEOUT);
      if (job.input.compression != null) await eraseUnpacked(store, job.id, { signal });
      if (job.data.upload !== undefined) await store.abortMultipart(uploadOf(job.data), signal);
    },
  };
}
