import { instant, projectId, usageGrouping } from '@imago/contracts';
import { z } from 'zod';
import { filledPageLimit } from '../edge/paging.ts';

/** What of the usage somebody wants to see, and how. Without a range it is the month so far. */
export const usageQuery = z.strictObject({
  from: instant.optional(),
  to: instant.optional(),
  by: usageGrouping.default('day'),
  image_id: z.uuid().optional(),
  /** A project for operators, or `all`; the caller's own when it is left out. */
  project_id: z.union([z.literal('all'), projectId]).optional(),
  /** As the header `Accept` says when it is left out. */
  format: z.enum(['json', 'csv']).optional(),
  limit: filledPageLimit,
  /** How many lines came before. */
  marker: z
    .string()
    .regex(/^\d{1,7}$/)
    .optional(),
});

export type UsageQuery = z.output<typeof usageQuery>;

/** The hours asked for; the present one belongs to the month so far. */
export function rangeOf({ from, to }: Pick<UsageQuery, 'from' | 'to'>, now: Date): { from: string; to: string } {
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
  return { from: from ?? month.toISOString(), to: to ?? end.toISOString() };
}
