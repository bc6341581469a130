import { z } from 'zod';
import { instant, printableText, projectId, regionName } from './scalars.ts';

/** What is limited, per project and region. `members_per_image` counts for each of its images alone. */
export const quotaResource = z.enum(['images', 'members_per_image', 'storage_gib']);
export type QuotaResource = z.output<typeof quotaResource>;

/** Members an image may have without an operator's special approval (R17). */
export const USUAL_MEMBERS = 100;

/** The most anybody can ask for: more than this is a mistake, not a wish. */
export const LARGEST_LIMITS: Readonly<Record<QuotaResource, number>> = {
  images: 100_000,
  members_per_image: 1000,
  storage_gib: 10_485_760,
};

export const quotaRequestState = z.enum(['submitted', 'approved', 'rejected']);
export type QuotaRequestState = z.output<typeof quotaRequestState>;

/** A project's wish for a higher limit, and what became of it (R20). */
export const quotaRequestRecord = z.object({
  id: z.uuid(),
  project_id: projectId,
  region: regionName,
  resource: quotaResource,
  /** What the limit was when it was asked. */
  current_limit: z.int().min(0),
  /** What it is to be. */
  requested_limit: z.int().min(1),
  reason: printableText(2000).min(1),
  state: quotaRequestState,
  /** User id of who asked. */
  requested_by: z.string(),
  /** User id of the operator; null while it is open. */
  decided_by: z.string().nullable(),
  /** What the operator says to it. */
  comment: z.string().nullable(),
  created_at: instant,
  decided_at: instant.nullable(),
});
export type QuotaRequestRecord = z.output<typeof quotaRequestRecord>;
