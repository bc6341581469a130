import type { JobRecord } from './job-record.ts';

/**
 * The image a job makes or reads.
 * @throws Error for a job without one, which is a bug where it is asked for.
 */
export function imageOf(job: Pick<JobRecord<unknown, unknown>, 'id' | 'image_id'>): string {
  if (job.image_id === null) throw new Error(`Job ${job.id} has no image`);
  return job.image_id;
}

/**
 * What an earlier step must have left.
 * @throws Error when it did not, which is a bug.
 */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`The step before this one did not save ${name}`);
  return value;
}
