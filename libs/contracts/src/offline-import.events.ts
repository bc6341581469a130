import { z } from 'zod';
import { defineEvent } from './define.ts';
import { jobView } from './job.ts';
import { offlineOrder } from './offline-import.ts';

/** An operator imports a file on behalf of a project: who, from what, and on whose word. Its job waits. */
export const OfflineImportRequestedV1 = defineEvent(
  'import',
  'OfflineImportRequested',
  1,
  z.object({ job: jobView, image_id: z.uuid(), source_uri: z.string(), offline: offlineOrder }),
);
