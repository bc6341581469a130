import { lookAtLock } from '../../exports/locked-disk.ts';
import type { JobTools } from '../../jobs/job-tools.ts';
import type { CapturePhase } from './capture-phase.ts';

/** The server is still locked for this capture, and its disk is the one that was there when it was accepted. */
export function lock(tools: JobTools): CapturePhase {
  return async (context) => {
    await lookAtLock(context, tools);
    return { next: 'map', data: context.data };
  };
}
