import { z } from 'zod';
import { defineRequest } from './define.ts';
import { refusalDocument } from './errors.ts';
import { imageFacts, importDiskFormat } from './image.ts';
import { jobView } from './job.ts';
import { byteCount, md5Hex, projectId, regionName, sha512Hex } from './scalars.ts';

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

const uploadLease = z.object({
  /** Seconds from now after which the session is taken back, unless it is renewed. */
  lease_seconds: z.int().min(1),
});

/**
 * Lends the caller a place for the bytes of an image, and the image becomes `saving`. Idempotent by (image, request id).
 * Refusals: those of catalog.beginUpload, upload.too_large when `size` is known and over the limit.
 */
export const OpenUpload = defineRequest('import', 'openUpload', {
  kind: 'command',
  request: z.object({
    image_id: z.uuid(),
    region: regionName,
    /** Bytes to come, where they are known. */
    size: byteCount.nullable(),
  }),
  response: uploadLease.extend({
    upload_session_id: z.uuid(),
    /** Where the parts go, in the bucket of the region. */
    key: z.string().min(1),
    upload_id: z.string().min(1),
    /** Bytes of the first thousand parts; each thousand after that is larger by as much again. */
    part_size: z.int().min(5 * 2 ** 20),
    /** More bytes than this are refused. */
    maximum_size: byteCount,
  }),
});

/** Keeps a session while its bytes flow. Refusal: upload.gone when it has ended or its image was deleted. */
export const RenewUpload = defineRequest('import', 'renewUpload', {
  kind: 'command',
  request: z.object({ upload_session_id: z.uuid() }),
  response: uploadLease,
});

export const uploadPart = z.object({ part_number: z.int().min(1).max(10_000), etag: z.string().min(1) });

/**
 * All parts are stored: makes the object of them, inspects it and lets the image become active. Idempotent. Refusals:
 * upload.gone, upload.incomplete, image.format_unsupported and what an inspection finds; then the image is `queued` again.
 */
export const FinishUpload = defineRequest('import', 'finishUpload', {
  kind: 'command',
  request: z.object({
    upload_session_id: z.uuid(),
    parts: z.array(uploadPart).max(10_000),
    size: byteCount,
    checksum: md5Hex,
    os_hash_value: sha512Hex,
  }),
  response: z.object({ event_ids: z.array(z.uuid()) }),
});

/** No more bytes will come: the image is `queued` again and what was stored is swept. Idempotent; late is fine. */
export const AbandonUpload = defineRequest('import', 'abandonUpload', {
  kind: 'command',
  request: z.object({ upload_session_id: z.uuid(), error: refusalDocument }),
  response: z.object({ event_ids: z.array(z.uuid()) }),
});
