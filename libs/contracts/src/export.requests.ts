import { z } from 'zod';
import { defineRequest } from './define.ts';
import { exportDestination, exportDiskFormat } from './export.ts';
import { anyJobView } from './job.ts';
import { imageInRegion, imageName, instant, regionName } from './scalars.ts';

/**
 * Writes an image as a file of a format into a bucket that is assigned to the caller's project. Of a full machine each data
 * disk is a file beside it, `<object>.disk-1` and so on, and `<object>.manifest.json` lists them all. Idempotent by
 * `idempotency_key` per project. Refusals: image.not_found, auth.forbidden (a member's, or a public image),
 * image.not_active, image.deactivated, image.part_of_machine, export.format_unsupported, export.bucket_not_found, export.bucket_unusable,
 * export.object_exists, export.destination_busy, request.idempotency_conflict.
 */
export const RequestExport = defineRequest('export', 'requestExport', {
  kind: 'command',
  request: z.object({
    region: regionName,
    idempotency_key: z.string().min(1).max(255).nullable(),
    image_id: z.uuid(),
    disk_format: exportDiskFormat,
    destination: exportDestination,
    overwrite: z.boolean(),
  }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});

/**
 * Makes a new image of the caller's project with the content of another one, in the region of that one or in another.
 * Idempotent by `idempotency_key` per project. Refusals: image.not_found, auth.forbidden (not accepted by the caller's
 * project, or public), copy.not_allowed (a member's, whom the owner does not let copy), image.not_active,
 * image.deactivated, copy.same_name, region.not_found, quota.images_exceeded, request.idempotency_conflict.
 */
export const RequestCopy = defineRequest('export', 'requestCopy', {
  kind: 'command',
  request: z.object({
    idempotency_key: z.string().min(1).max(255).nullable(),
    source: imageInRegion,
    /** What the copy is called. */
    name: imageName,
    /** Where it is made. */
    destination_region: regionName,
  }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});

/** Cancels an export or a copy of the caller's project. Refusals: job.not_found, job.wrong_state. */
export const CancelExport = defineRequest('export', 'cancelExport', {
  kind: 'command',
  request: z.object({ job_id: z.uuid() }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});

/**
 * Makes a link that lets whoever has it read an image as a file of a format, without logging in, for some seconds.
 * Refusals: image.not_found, auth.forbidden, image.not_active, image.deactivated, export.format_unsupported,
 * link.lifetime_exceeded.
 */
export const CreateDownloadLink = defineRequest('export', 'createDownloadLink', {
  kind: 'command',
  request: z.object({
    region: regionName,
    image_id: z.uuid(),
    disk_format: exportDiskFormat,
    expires_in: z.int().min(1),
  }),
  response: z.object({ link_id: z.uuid(), token: z.string(), expires_at: instant, event_ids: z.array(z.uuid()) }),
});
