import type { JobDefinition } from '@imago/jobs';
import type { ImportConfig } from '../config.ts';
import { scanEvents } from './scan-events.ts';
import type { ScanData, ScanInput } from './scan-job.ts';
import { scanPhase, type ScanTools } from './scan-phase.ts';

/** A job that scans an image, as the runner of jobs knows it. */
export function scanDefinition(
  tools: ScanTools,
  config: Pick<ImportConfig, 'IMPORT_MAXIMUM_ATTEMPTS' | 'IMPORT_STALL_SECONDS'>,
): JobDefinition<ScanInput, ScanData> {
  return {
    ...scanEvents,
    firstPhase: 'scan',
    phases: { scan: scanPhase(tools, config.IMPORT_MAXIMUM_ATTEMPTS) },
    maximumAttempts: config.IMPORT_MAXIMUM_ATTEMPTS,
    stallSeconds: config.IMPORT_STALL_SECONDS,
  };
}
