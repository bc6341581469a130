import { refusal } from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import type { EntityManager } from 'typeorm';
import type { AttemptTools } from './job-attempt.ts';
import type { JobDefinition } from './job-phases.ts';
import { type JobAnswer, type JobRecord, toView } from './job-record.ts';
import { cancelledBy } from './job-runner.ts';

/** What is needed to cancel: of the definition, only what it says of ends and what it keeps of a job. */
export interface CancelTools<Input, Data> extends Pick<AttemptTools<Input, Data>, 'store' | 'outbox'> {
  readonly definition: Pick<JobDefinition<Input, Data>, 'progressed' | 'cancelled' | 'ended'>;
}

/**
 * Cancels a locked job inside a transaction of the caller: one that waits ends here, one that runs hears of it at its
 * next heartbeat. Null when it has ended or is being cancelled already.
 */
export async function cancelLocked<Input, Data>(
  { store, outbox, definition }: CancelTools<Input, Data>,
  tx: EntityManager,
  job: JobRecord<Input, Data>,
  cause: Cause,
): Promise<JobAnswer | null> {
  const error = cancelledBy(job);
  const ends = job.state === 'queued';
  const moved = await store.move(tx, job, 'request_cancel', ends ? { error: { ...error, phase: job.phase } } : {});
  if (moved === null) return null;
  if (ends) await definition.ended?.(tx, moved);
  const view = toView(moved);
  const event = ends ? definition.cancelled(moved, view, error) : definition.progressed(moved, view);
  return { job: view, event_ids: [await outbox.add(tx, event, cause)] };
}

/**
 * What somebody who wants a job to end is answered: what became of it, or, when it is being cancelled already, how it is.
 * @throws Refusal job.wrong_state when it has ended
 */
export function answerToCancel(job: JobRecord<unknown, unknown>, cancelled: JobAnswer | null): JobAnswer {
  if (cancelled !== null) return cancelled;
  if (job.state === 'cancelling') return { job: toView(job), event_ids: [] };
  throw refusal('job.wrong_state', `The job is ${job.state} and cannot be cancelled.`, { state: job.state });
}
