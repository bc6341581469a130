import type { GeneralizationReport } from '@imago/contracts';
import type { DiskReader } from '@imago/disk-image';
import { type Generalization, generalizeDisk, type Patch } from '@imago/generalization';
import type { JobLog, PhaseContext, Progress } from '@imago/jobs';
import { isLastAttempt, lookAtDisk, NOT_LOOKED_AT_AGAIN } from '../examination/look-at-disk.ts';
import { fittingGeneralization } from './report.ts';

/** A disk of which a job makes an image, and how the job stands. */
export interface DiskOfJob {
  readonly disk: Pick<DiskReader, 'virtualSize' | 'read'>;
  /** How far the job is: what is read is no work that it told of, it only shows that it is alive. */
  readonly progress: Progress;
  /** How many attempts a phase may have. */
  readonly attempts: number;
  readonly log: Pick<JobLog, 'error'>;
}

/** What is to be other in an image than on its disk. */
export interface JobGeneralization {
  /** Sorted and disjoint. */
  readonly patches: readonly Patch[];
  readonly report: GeneralizationReport;
  /** When files that are changed say that they were: one time for a job, so that it always has the same patches. */
  readonly generalized_at: string;
}

/**
 * Finds out what is to be changed in the image a job makes of a disk, which is read and never written. It is no reason for
 * the job to fail, whatever comes of it: the last attempt, which may follow workers that died of this disk, changes nothing.
 * @throws what the source of the disk fails with
 */
export async function generalizeInJob<Input, Data>(
  { job, signal, progress }: Pick<PhaseContext<Input, Data>, 'job' | 'signal' | 'progress'>,
  { disk, progress: done, attempts, log }: DiskOfJob,
): Promise<JobGeneralization> {
  const now = job.created_at;
  const { result, failure } = isLastAttempt(job, attempts)
    ? { result: unchanged(NOT_LOOKED_AT_AGAIN), failure: null }
    : await lookAtDisk<Omit<Generalization, 'bytesRead'>>(() => Promise.resolve(disk), {
        look: (opened, ends) => generalizeDisk(opened, { signal: ends, now }),
        unlooked: unchanged,
        signal,
        moved: () => {
          progress(done);
        },
      });
  if (failure !== null) log.error({ job_id: job.id, err: failure }, 'the disk of an image was not generalized');
  const { patches, changes, left } = result;
  return { patches, report: fittingGeneralization({ changes, left }), generalized_at: now.toISOString() };
}

function unchanged(why: string): Omit<Generalization, 'bytesRead'> {
  const remedy = 'Prepare the system by hand before the image is made.';
  const left = [{ code: 'unreadable', point: 'operating_system', where: null, reason: why, remedy }] as const;
  return { patches: [], changes: [], left };
}
