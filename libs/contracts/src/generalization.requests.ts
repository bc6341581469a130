import { z } from 'zod';
import { defineRequest } from './define.ts';
import { generalizationReport } from './generalization.ts';
import { imageInRegion, instant } from './scalars.ts';

/**
 * What is other in an image than on the disk it was captured from, so that many servers can be made of it. Refusals:
 * image.not_found, auth.forbidden, image.not_generalized (nobody asked for it, or it is still to be done).
 */
export const GetImageGeneralization = defineRequest('catalog', 'getImageGeneralization', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({ image_id: z.uuid(), report: generalizationReport, generalized_at: instant }),
});
