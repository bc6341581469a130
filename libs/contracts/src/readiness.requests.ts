import { z } from 'zod';
import { defineRequest } from './define.ts';
import { readinessReport } from './readiness.ts';
import { imageInRegion, instant } from './scalars.ts';

/**
 * What was found when the disk of an image was examined last. Refusals: image.not_found, auth.forbidden,
 * image.not_examined (a file kept as it came, an image in the making, or one made before images were examined).
 */
export const GetImageReadiness = defineRequest('catalog', 'getImageReadiness', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({ image_id: z.uuid(), report: readinessReport, examined_at: instant }),
});
