import type { StoredJobState } from './job-record.ts';

/** What can happen to a job. */
export type JobTrigger = 'admit' | 'claim' | 'release' | 'request_cancel' | 'succeed' | 'fail' | 'end_cancelled';

/**
 * Every allowed move of a job; what is not here does not happen. A job being cancelled can still succeed: when the
 * cancel arrives after the last byte is in place, the truth is that it succeeded.
 */
export const JOB_TRANSITIONS: Readonly<Record<StoredJobState, Partial<Record<JobTrigger, StoredJobState>>>> = {
  admitting: { admit: 'queued' },
  queued: { claim: 'running', request_cancel: 'cancelled' },
  running: { claim: 'running', release: 'queued', request_cancel: 'cancelling', succeed: 'succeeded', fail: 'failed' },
  cancelling: { claim: 'cancelling', release: 'cancelling', succeed: 'succeeded', end_cancelled: 'cancelled' },
  succeeded: {},
  failed: {},
  cancelled: {},
};

/** The state after a trigger, or null where the trigger changes nothing. */
export function nextState(state: StoredJobState, trigger: JobTrigger): StoredJobState | null {
  return JOB_TRANSITIONS[state][trigger] ?? null;
}

/** True of the states a job never leaves. */
export function hasEnded(state: StoredJobState): boolean {
  return Object.keys(JOB_TRANSITIONS[state]).length === 0;
}
