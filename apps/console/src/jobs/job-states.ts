import type { JobState, JobType } from '@imago/contracts';

/** In the order in which somebody looks at them. */
export const JOB_STATES: readonly JobState[] = ['running', 'queued', 'failed', 'succeeded', 'cancelling', 'cancelled'];

export const JOB_TYPES: readonly JobType[] = [
  ...(['import', 'capture', 'flatten', 'export', 'copy', 'server', 'boot_proof', 'scan', 'digest'] as const),
];

/** How a state is shown. */
export const JOB_COLOURS: Readonly<Record<JobState, string>> = {
  queued: 'default',
  running: 'processing',
  cancelling: 'warning',
  succeeded: 'success',
  failed: 'error',
  cancelled: 'default',
};

/** Whether somebody may still put an end to it. */
export function isCancellable({ type, state }: { readonly type: JobType; readonly state: JobState }): boolean {
  return (state === 'queued' || state === 'running') && type !== 'digest' && type !== 'scan';
}
