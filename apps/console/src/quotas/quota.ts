import type { components } from '../gateway/openapi.ts';

/** A limit and how much of it is used. */
export type Quota = components['schemas']['Quotas']['quotas'][number];
export type QuotaRequest = components['schemas']['QuotaRequestPage']['quota_requests'][number];

export const RESOURCES = ['images', 'members_per_image', 'storage_gib'] as const satisfies readonly Quota['resource'][];

/** Hundredths from which on it is shown that a limit is nearly reached: when events tell of it, too. */
const NEAR = 80;

export type Level = 'fine' | 'near' | 'full';

/** How much of a limit is used; null where it counts for each image alone. */
export function levelOf({ used, limit }: Pick<Quota, 'used' | 'limit'>): { percent: number; level: Level } | null {
  if (used === null) return null;
  const percent = limit === 0 ? 100 : Math.min(100, Math.floor((used / limit) * 100));
  return { percent, level: used >= limit ? 'full' : percent >= NEAR ? 'near' : 'fine' };
}
