import type { JobTools } from '../../jobs/job-tools.ts';
import { requireSealed } from '../../stored/read-back.ts';
import { captured } from '../capture-events.ts';
import type { CapturePhase } from './capture-phase.ts';

/** Says that the image is there. */
export function activate(tools: JobTools): CapturePhase {
  return async (context) => {
    await requireSealed(context, tools);
    return { succeeded: captured };
  };
}
