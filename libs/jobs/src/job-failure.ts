import { DomainError, type ErrorKind, refusal } from '@imago/contracts';
import type { JobError } from './job-record.ts';

/** The lease went to another worker: whatever this one still does must not count. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  constructor(jobId: string) {
    super(`The lease of job ${jobId} was lost`);
  }
}

/** The tenant asked for the end of the job. */
export class JobCancelledError extends Error {
  override readonly name = 'JobCancelledError';
  constructor(jobId: string) {
    super(`Job ${jobId} was cancelled`);
  }
}

/** No byte moved and no phase ended for longer than allowed. */
export class JobStalledError extends Error {
  override readonly name = 'JobStalledError';
  constructor(jobId: string, seconds: number) {
    super(`Job ${jobId} made no progress for ${seconds} s`);
  }
}

/** Worker after worker died on this job without saving progress. */
export class AttemptsExhaustedError extends Error {
  override readonly name = 'AttemptsExhaustedError';
  constructor(job: { readonly id: string; readonly attempt: number; readonly phase: string }) {
    super(`Job ${job.id} was tried ${job.attempt} times in phase ${job.phase}`);
  }
}

/** What is wrong stays wrong, whatever kind of refusal it is: the job fails now and is not tried again. */
export class FinalFailureError extends Error {
  override readonly name = 'FinalFailureError';
  constructor(readonly refusal: DomainError) {
    super(refusal.message);
  }
}

/** Kinds of refusal that another try may turn into success. */
const TRANSIENT: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['unavailable', 'timeout', 'internal']);

/** What the runner does about an error that left a phase. */
export type FailureVerdict =
  | { readonly action: 'leave' }
  | { readonly action: 'cancel' }
  | { readonly action: 'retry'; readonly cause: string }
  | { readonly action: 'fail'; readonly error: JobError };

export interface FailureCircumstances {
  readonly phase: string;
  readonly attempt: number;
  readonly maximumAttempts: number;
}

/** Judges an error: refusals fail at once, anything else is tried again until the attempts are used up. */
export function judgeFailure(error: unknown, at: FailureCircumstances): FailureVerdict {
  if (error instanceof LeaseLostError) return { action: 'leave' };
  if (error instanceof JobCancelledError) return { action: 'cancel' };
  if (error instanceof FinalFailureError) return fail(error.refusal, at);
  const permanent = error instanceof DomainError && !TRANSIENT.has(error.kind);
  if (!permanent && at.attempt < at.maximumAttempts) return { action: 'retry', cause: describe(error) };
  return fail(finalRefusal(error, at), at);
}

function fail(reason: DomainError, at: FailureCircumstances): FailureVerdict {
  return { action: 'fail', error: { ...reason.toDocument(), phase: at.phase } };
}

function finalRefusal(error: unknown, at: FailureCircumstances): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof JobStalledError) return refusal('job.stalled', `${error.message} in phase ${at.phase}.`);
  // The cause is for the log: what another party's error text holds is not for tenants.
  return refusal('job.attempts_exhausted', `The phase ${at.phase} failed ${at.attempt} times.`, {
    attempts: at.attempt,
  });
}

/** Milliseconds to wait before attempt `attempt + 1`: doubling from the first wait, at most a minute. */
export function retryDelay(attempt: number, first: number): number {
  return Math.min(first * 2 ** Math.max(0, attempt - 1), 60_000);
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
