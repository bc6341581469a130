import { z } from 'zod';
import { defineRequest } from './define.ts';
import { quotaFigures } from './quota.events.ts';
import { instant, projectId, regionName } from './scalars.ts';

/**
 * Takes one image's place in the caller's project (role `service` on the project's behalf). Idempotent by `image_id`.
 * Unconfirmed reservations expire. Refusal: quota.images_exceeded with the figures.
 */
export const ReserveImage = defineRequest('quota', 'reserveImage', {
  kind: 'command',
  request: z.object({ image_id: z.uuid(), project_id: projectId, region: regionName }),
  response: z.object({ expires_at: instant, figures: quotaFigures }),
});

/** The limits of a project and how much of them is used; a tenant asks for its own, an operator for any. */
export const ShowQuotas = defineRequest('quota', 'showQuotas', {
  kind: 'query',
  request: z.object({ project_id: projectId, region: regionName.nullable() }),
  response: z.object({ quotas: z.array(quotaFigures) }),
});
