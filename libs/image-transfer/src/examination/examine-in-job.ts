import type { HeldObject, ReadinessReport } from '@imago/contracts';
import type { JobLog, PhaseContext, Progress } from '@imago/jobs';
import type { ObjectStore } from '@imago/object-store';
import type { Declared } from '@imago/readiness';
import { examineImage } from './examine-image.ts';
import { isLastAttempt, NOT_LOOKED_AT_AGAIN } from './look-at-disk.ts';
import { unexaminedReport } from './report.ts';

/** An image that a job has stored, and how the job stands. */
export interface ImageOfJob {
  readonly store: ObjectStore;
  readonly object: HeldObject;
  readonly declared: Declared;
  /** How far the job is. What is read for the report is no work that it told of: it only shows that it is alive. */
  readonly progress: Progress;
  /** How many attempts a phase may have. */
  readonly attempts: number;
  readonly log: Pick<JobLog, 'error'>;
}

/** A report, and when it was done. */
export interface TimedReport {
  readonly report: ReadinessReport;
  readonly examined_at: string;
}

/**
 * Looks at the disk of the image a job makes. It is no reason for the job to fail, whatever comes of it: the last
 * attempt, which may follow workers that died of this disk, does not look at it.
 * @throws what the store fails with, while there are more attempts
 */
export async function examineInJob<Input, Data>(
  { job, signal, progress }: PhaseContext<Input, Data>,
  { store, object, declared, progress: done, attempts, log }: ImageOfJob,
): Promise<TimedReport> {
  const moved = (): void => {
    progress(done);
  };
  const { report, failure } = isLastAttempt(job, attempts)
    ? { report: unexaminedReport(declared, NOT_LOOKED_AT_AGAIN), failure: null }
    : await examineImage(store, object, { declared, signal, moved });
  if (failure !== null) log.error({ job_id: job.id, err: failure }, 'the disk of an image was not examined');
  return { report, examined_at: new Date().toISOString() };
}
