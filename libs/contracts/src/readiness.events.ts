import { z } from 'zod';
import { defineEvent } from './define.ts';
import { jobView } from './job.ts';
import { readinessReport } from './readiness.ts';
import { instant } from './scalars.ts';

const examined = z.object({
  job: jobView,
  image_id: z.uuid(),
  report: readinessReport,
  /** Of two reports of an image the later one counts. */
  examined_at: instant,
});

/**
 * The disk of an image made from a file was looked at, as it is stored and before the image is active; catalog keeps the
 * report. Whatever the report says, the image becomes active.
 */
export const ImportedImageExaminedV1 = defineEvent('import', 'ImageExamined', 1, examined);
/** The same of an image captured from a server. */
export const CapturedImageExaminedV1 = defineEvent('capture', 'ImageExamined', 1, examined);
