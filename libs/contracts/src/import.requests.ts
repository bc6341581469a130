import { z } from 'zod';
import { defineRequest } from './define.ts';
import { imageFacts, importDiskFormat } from './image.ts';
import { jobView } from './job.ts';
import { projectId, regionName } from './scalars.ts';

/** S3's rules for bucket names, without the dotted forms that look like addresses. */
export const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);

/** An S3 key: 1 to 1024 bytes of UTF-8 without control characters. */
export const objectKey = z
  .string()
  .min(1)
  .refine((key) => Buffer.byteLength(key) <= 1024 && !/[\u0000-\u001f\u007f]/.test(key) && key.isWellFormed(), {
    message: 'must be 1 to 1024 bytes without control characters',
  });

/**
 * Starts an import from a bucket assigned to the caller's project. Idempotent by `idempotency_key` per project.
 * Refusals: import.bucket_not_found, import.object_not_found, import.source_unreadable, quota.images_exceeded,
 * request.idempotency_conflict.
 */
export const RequestImport = defineRequest('import', 'requestImport', {
  kind: 'command',
  request: z.object({
    region: regionName,
    idempotency_key: z.string().min(1).max(255).nullable(),
    source: z.object({ bucket: bucketName, object: objectKey }),
    disk_format: importDiskFormat,
    facts: imageFacts,
    agreement_accepted: z.literal(true),
  }),
  response: z.object({ job: jobView, event_ids: z.array(z.uuid()) }),
});

/** Cancels a job of the caller's project. Refusals: job.not_found, job.wrong_state. */
export const CancelImport = defineRequest('import', 'cancelImport', {
  kind: 'command',
  request: z.object({ job_id: z.uuid() }),
  response: z.object({ job: jobView, event_ids: z.array(z.uuid()) }),
});

export const bucketAssignment = z.object({ project_id: projectId, region: regionName, bucket: bucketName });

/** Lets a project import from a bucket of a region's store (operators only). Idempotent. */
export const AssignBucket = defineRequest('import', 'assignBucket', {
  kind: 'command',
  request: bucketAssignment,
  response: bucketAssignment,
});

/** The buckets a project may import from; a tenant asks for its own, an operator for any. */
export const ListBuckets = defineRequest('import', 'listBuckets', {
  kind: 'query',
  request: z.object({ project_id: projectId, region: regionName }),
  response: z.object({ buckets: z.array(bucketAssignment) }),
});
