import { type JobDefinition, phasesByType } from '@imago/jobs';
import { giveUpload } from '../copies/copy-place.ts';
import { copyPhases } from '../copies/phases/copy-phases.ts';
import { EXPORT_PHASES } from '../exports/phases/export-phase.ts';
import { exportPhases } from '../exports/phases/export-phases.ts';
import { jobEvents } from './job-events.ts';
import type { JobTools } from './job-tools.ts';
import { type TransferJobData, type TransferJobInput, typeOf } from './transfer-job.ts';

/** All jobs of this service as the runner knows them: each type goes through a table of its own. */
export function jobDefinition(tools: JobTools): JobDefinition<TransferJobInput, TransferJobData> {
  const { config, leftovers } = tools;
  return {
    firstPhase: EXPORT_PHASES[0],
    phases: phasesByType({ typeOf, tables: { export: exportPhases(tools), copy: copyPhases(tools) } }),
    maximumAttempts: config.EXPORT_MAXIMUM_ATTEMPTS,
    stallSeconds: config.EXPORT_STALL_SECONDS,
    ...jobEvents,
    ended: (tx, job) => leftovers.jobEnded(tx, job),
    cleanUp: (job) => (typeOf(job) === 'copy' ? giveUpload(tools, job) : leftovers.destinations.clear(job.id)),
  };
}
