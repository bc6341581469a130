import { z } from 'zod';
import { bootProof } from './boot-proof.ts';
import { defineRequest } from './define.ts';
import { anyJobView } from './job.ts';
import { imageInRegion } from './scalars.ts';

const accepted = z.object({ job: anyJobView, event_ids: z.array(z.uuid()) });

/**
 * Boots an active image of the caller's project once, alone, without a network and on a disk that is thrown away, to see
 * whether it comes up. One at a time: while an image is being booted, whoever asks is answered with that job. Idempotent
 * by `idempotency_key` per project. Refusals: image.not_found, auth.forbidden, image.not_active, image.deactivated,
 * server.image_unusable, server.host_not_available, request.idempotency_conflict.
 */
export const RequestBootProof = defineRequest('compute', 'requestBootProof', {
  kind: 'command',
  request: imageInRegion.extend({ idempotency_key: z.string().min(1).max(255).nullable() }),
  response: accepted,
});

/** Cancels it; what is known of the image stays as it is. Refusals: job.not_found, job.wrong_state. */
export const CancelBootProof = defineRequest('compute', 'cancelBootProof', {
  kind: 'command',
  request: z.object({ job_id: z.uuid() }),
  response: accepted,
});

/**
 * What was seen when the image was booted last. Refusals: image.not_found, auth.forbidden, image.boot_not_attempted (it
 * was never booted to its end).
 */
export const GetBootProof = defineRequest('catalog', 'getBootProof', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({ image_id: z.uuid(), proof: bootProof }),
});
