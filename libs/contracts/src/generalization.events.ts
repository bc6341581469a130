import { z } from 'zod';
import { defineEvent } from './define.ts';
import { generalizationReport } from './generalization.ts';
import { jobView } from './job.ts';
import { instant } from './scalars.ts';

/**
 * The disk of a server was looked at to make the image that is captured from it fit for many servers, as its owner wished:
 * what will be other in the image, and what will not. Catalog keeps the report. The server's own disk stays as it is.
 */
export const ImageGeneralizedV1 = defineEvent(
  'capture',
  'ImageGeneralized',
  1,
  z.object({
    job: jobView,
    image_id: z.uuid(),
    report: generalizationReport,
    /** The files that are changed say that it was then. */
    generalized_at: instant,
  }),
);
