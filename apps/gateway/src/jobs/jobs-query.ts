import { jobState, jobType } from '@imago/contracts';
import { z } from 'zod';
import { filledPageLimit } from '../edge/paging.ts';

/** What of a list of jobs a caller wants to see. */
export const jobsQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z.uuid().optional(),
  state: jobState.optional(),
  type: jobType.optional(),
  image_id: z.uuid().optional(),
});

export type JobsQuery = z.output<typeof jobsQuery>;

/** The same of a list whose path names the type. */
export const typedJobsQuery = jobsQuery.omit({ type: true });

export type TypedJobsQuery = z.output<typeof typedJobsQuery>;
