import { z } from 'zod';
import { bucketName, objectKey } from './bucket-object.ts';
import { defineRequest } from './define.ts';
import { refusalDocument } from './errors.ts';
import { compression, imageFacts, importDiskFormat } from './image.ts';
import { fileChecksum, importSource, objectStoreName } from './import-source.ts';
import { anyJobView } from './job.ts';
import { preflightReport } from './preflight.ts';
import { objectStoreRecord, objectStoreSettings } from './tenant-object-store.ts';
import { byteCount, instant, md5Hex, projectId, regionName, sha512Hex } from './scalars.ts';

/**
 * Starts an import of a file the caller's project may read. Idempotent by `idempotency_key` per project.
 * Refusals: import.bucket_not_found, import.object_not_found, import.source_unreadable, quota.images_exceeded,
 * request.idempotency_conflict; of a URL and of an object store what docs/errors.md has under `import.`.
 */
export const RequestImport = defineRequest('import', 'requestImport', {
  kind: 'command',
  request: z.object({
    region: regionName,
    idempotency_key: z.string().min(1).max(255).nullable(),
    source: importSource,
    /** Null: nobody said what the file must be. */
    checksum: fileChecksum.nullable().default(null),
    disk_format: importDiskFormat,
    /** What the file is packed with as a whole; null: nothing. */
    compression: compression.nullable().default(null),
    facts: imageFacts,
    agreement_accepted: z.literal(true),
    /** The image is booted once when it is active, as `compute.requestBootProof` does; it is used meanwhile. */
    verify_boot: z.boolean().default(false),
  }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});

/**
 * What an import of this file would meet, found out by the checks of the import and without one: nothing is recorded,
 * reserved or kept. What an import would be refused for are points of the report. Refusals: auth.forbidden,
 * import.preflight_busy.
 */
export const PreflightImport = defineRequest('import', 'preflightImport', {
  kind: 'query',
  request: RequestImport.request.omit({ idempotency_key: true }),
  response: preflightReport,
});

/** Cancels a job of the caller's project. Refusals: job.not_found, job.wrong_state. */
export const CancelImport = defineRequest('import', 'cancelImport', {
  kind: 'command',
  request: z.object({ job_id: z.uuid() }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
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

/** Objects on a page, at most: their keys may be long, and an answer stays under a mebibyte. */
export const MOST_LISTED_OBJECTS = 100;

/**
 * What is in a bucket of the caller's project, by key; objects with a key that no import could name are left out.
 * Refusals: auth.forbidden, import.bucket_not_found (also of another project's), import.source_unreadable.
 */
export const ListBucketObjects = defineRequest('import', 'listBucketObjects', {
  kind: 'query',
  request: z.object({
    region: regionName,
    bucket: bucketName,
    /** What their keys begin with. */
    prefix: objectKey.nullable(),
    /** The key after which the page begins. */
    marker: objectKey.nullable(),
    limit: z.int().min(1).max(MOST_LISTED_OBJECTS),
  }),
  response: z.object({
    objects: z.array(z.object({ object: objectKey, size: byteCount, last_modified: instant })),
    next_marker: objectKey.nullable(),
  }),
});

/** Whether a bucket is assigned to a project (role `service`). Refusals: auth.forbidden. */
export const FindBucket = defineRequest('import', 'findBucket', {
  kind: 'query',
  request: bucketAssignment,
  response: z.object({ assigned: z.boolean() }),
});

const whichObjectStore = { object_store_id: z.uuid(), region: regionName };

/**
 * Tells of an object store of the project's own. Idempotent by `object_store_id`. Refusals: auth.forbidden,
 * object_store.endpoint_refused, object_store.name_taken, object_store.too_many, request.idempotency_conflict.
 */
export const CreateObjectStore = defineRequest('import', 'createObjectStore', {
  kind: 'command',
  request: z.object({ ...whichObjectStore, ...objectStoreSettings.shape }),
  response: z.object({ object_store: objectStoreRecord, event_ids: z.array(z.uuid()) }),
});

/** The object stores of the caller's project in a region, by name. Refusal: auth.forbidden. */
export const ListObjectStores = defineRequest('import', 'listObjectStores', {
  kind: 'query',
  request: z.object({
    region: regionName,
    limit: z.int().min(1).max(1000),
    /** The name of the last one on the page before. */
    marker: objectStoreName.nullable(),
  }),
  response: z.object({ object_stores: z.array(objectStoreRecord), next_marker: objectStoreName.nullable() }),
});

/** By its name or its id. Refusals: object_store.not_found, also for another project's; auth.forbidden. */
export const ShowObjectStore = defineRequest('import', 'showObjectStore', {
  kind: 'query',
  request: z.object({ region: regionName, object_store: objectStoreName }),
  response: z.object({ object_store: objectStoreRecord }),
});

/**
 * Replaces all of it, by its name or its id. Imports under way go on with what is new. Refusals: those of showing and
 * making one.
 */
export const ReplaceObjectStore = defineRequest('import', 'replaceObjectStore', {
  kind: 'command',
  request: z.object({ region: regionName, object_store: objectStoreName, ...objectStoreSettings.shape }),
  response: z.object({ object_store: objectStoreRecord, event_ids: z.array(z.uuid()) }),
});

/** By its name or its id. Imports under way from it fail. Refusals: object_store.not_found, auth.forbidden. */
export const DeleteObjectStore = defineRequest('import', 'deleteObjectStore', {
  kind: 'command',
  request: z.object({ region: regionName, object_store: objectStoreName }),
  response: z.object({ event_ids: z.array(z.uuid()) }),
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
    /** They are staged: kept as they come, for an import. The image becomes `uploading`. */
    stages: z.boolean().default(false),
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
