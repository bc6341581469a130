import { type QuotaResource, QuotaThresholdReachedV1 } from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import type { Account } from './limits.repository.ts';

/** Four fifths: there is time left to ask for more. */
const THRESHOLD = 0.8;

/** Figures of an account before and after something was taken. */
export interface Crossing extends Account {
  readonly resource: QuotaResource;
  readonly limit: number;
  readonly before: number;
  readonly after: number;
}

/** The event that tells that much of a limit is used; null where it was so before, or is not so now. */
export function thresholdEvent({ project_id, region, resource, limit, before, after }: Crossing): NewEvent | null {
  const from = limit * THRESHOLD;
  if (limit === 0 || before >= from || after < from) return null;
  const data = { project_id, region, resource, limit, used: after, percent: Math.floor((after * 100) / limit) };
  return { event: QuotaThresholdReachedV1, subject: project_id, data, project_id, region };
}
