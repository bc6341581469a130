import type { JobTools } from '../../jobs/job-tools.ts';
import { requireSealed } from '../../stored/read-back.ts';
import { captured } from '../capture-events.ts';
import { allStored } from '../machine-disks.ts';
import type { CapturePhase } from './capture-phase.ts';

/** Says that the image is there, with all disks of a machine. */
export function activate(tools: JobTools): CapturePhase {
  return async (context) => {
    const { job, signal } = context;
    for (const data of allStored(job)) await requireSealed({ job, data, signal }, tools);
    return { succeeded: captured };
  };
}
