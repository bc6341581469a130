import { z } from 'zod';
import { defineRequest } from './define.ts';
import { anyJobView } from './job.ts';
import { imageInRegion } from './scalars.ts';
import { imageScan } from './scan.ts';

const accepted = z.object({ job: anyJobView, event_ids: z.array(z.uuid()) });

/**
 * Scans the files of an active or deactivated image of the caller's project for malware and secrets; an operator's
 * request may be for any project's. One at a time: while an image is being scanned, whoever asks is answered with that
 * job. Idempotent by `idempotency_key` per project. Refusals: image.not_found, auth.forbidden, image.not_active,
 * server.image_unusable (its bytes are no disk), request.idempotency_conflict.
 */
export const RequestImageScan = defineRequest('import', 'requestImageScan', {
  kind: 'command',
  request: imageInRegion.extend({ idempotency_key: z.string().min(1).max(255).nullable() }),
  response: accepted,
});

/** Cancels it; what is known of the image stays as it is. Refusals: job.not_found, job.wrong_state. */
export const CancelImageScan = defineRequest('import', 'cancelImageScan', {
  kind: 'command',
  request: z.object({ job_id: z.uuid() }),
  response: accepted,
});

/** What the newest scan of an image came to. Refusals: image.not_found, auth.forbidden, image.not_scanned (it never was). */
export const GetImageScan = defineRequest('catalog', 'getImageScan', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({ image_id: z.uuid(), scan: imageScan }),
});
