import { z } from 'zod';
import { defineRequest } from './define.ts';
import { anyJobView } from './job.ts';
import { description, imageName, regionName } from './scalars.ts';

/**
 * Makes an image from a disk of a stopped server, or from all its disks as one full-machine image. The server is locked
 * from this moment on. Idempotent by `idempotency_key` per project. Refusals: server.not_found, server.not_stopped, server.busy, server.disk_not_found,
 * server.host_not_available, quota.images_exceeded, capture.not_generalizable, request.idempotency_conflict, auth.forbidden.
 */
export const RequestCapture = defineRequest('capture', 'requestCapture', {
  kind: 'command',
  request: z.object({
    region: regionName,
    idempotency_key: z.string().min(1).max(255).nullable(),
    server_id: z.uuid(),
    source: z.discriminatedUnion('type', [
      z.object({ type: z.literal('system_disk') }),
      z.object({ type: z.literal('data_disk'), disk_id: z.uuid() }),
      z.object({ type: z.literal('full_machine') }),
    ]),
    name: imageName,
    description: description.nullable(),
    /** The image is booted once when it is active, as `compute.requestBootProof` does; it is used meanwhile. */
    verify_boot: z.boolean().default(false),
    /** True: what is known to keep servers of the image from working is mended in the image, never on the server. */
    generalize: z.boolean().default(false),
  }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});

/**
 * Stores a layered image whole, so that it needs no other image's bytes; what it reads as does not change. Idempotent by
 * `idempotency_key` per project. Refusals: image.not_found, auth.forbidden, image.not_active, image.not_layered,
 * request.idempotency_conflict.
 */
export const RequestFlatten = defineRequest('capture', 'requestFlatten', {
  kind: 'command',
  request: z.object({
    region: regionName,
    idempotency_key: z.string().min(1).max(255).nullable(),
    image_id: z.uuid(),
  }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});

/** Cancels a capture or a flattening of the caller's project. Refusals: job.not_found, job.wrong_state. */
export const CancelCapture = defineRequest('capture', 'cancelCapture', {
  kind: 'command',
  request: z.object({ job_id: z.uuid() }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});
