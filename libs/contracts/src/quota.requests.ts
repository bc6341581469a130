import { z } from 'zod';
import { defineRequest } from './define.ts';
import { quotaFigures } from './quota.events.ts';
import { instant, projectId, regionName } from './scalars.ts';

/**
 * Takes one image's place in the caller's project (role `service` on the project's behalf). Idempotent by `image_id`.
 * Unconfirmed reservations expire. Refusals: quota.images_exceeded with the figures, image.exists, auth.forbidden.
 */
export const ReserveImage = defineRequest('quota', 'reserveImage', {
  kind: 'command',
  request: z.object({ image_id: z.uuid(), project_id: projectId, region: regionName }),
  response: z.object({ expires_at: instant, figures: quotaFigures }),
});

/**
 * The limits of a project and how much of them is used, in one region or, when that is null, in every one. A tenant asks
 * for its own, an operator for any. Refusals: request.not_found, auth.forbidden, region.not_found.
 */
export const ShowQuotas = defineRequest('quota', 'showQuotas', {
  kind: 'query',
  request: z.object({ project_id: projectId, region: regionName.nullable() }),
  response: z.object({ quotas: z.array(quotaFigures) }),
});

/** Waits, at most `wait_ms`, until quota has applied these events: how a place that became free is free at once. */
export const ConfirmQuotaApplied = defineRequest('quota', 'confirmApplied', {
  kind: 'query',
  request: z.object({ event_ids: z.array(z.uuid()).max(100), wait_ms: z.int().min(0).max(2000) }),
  response: z.object({ applied: z.boolean() }),
});
