import { z } from 'zod';
import { refusalDocument } from './errors.ts';
import { byteCount, instant, printableText, projectId, regionName, sha256Hex } from './scalars.ts';

/** What S3 allows: parts of 5 MiB to 5 GiB, the last one smaller, and 10,000 of them. */
export const SMALLEST_PART = 5 * 2 ** 20;
export const LARGEST_PART = 5 * 2 ** 30;
export const MOST_PARTS = 10_000;

export const partNumber = z.int().min(1).max(MOST_PARTS);
export const partSize = z.int().min(SMALLEST_PART).max(LARGEST_PART);

/** What a client calls the file it sends, to find its upload again. */
export const uploadFingerprint = printableText(255).min(1);

/**
 * `open`: parts are taken. `completing`: one object is made of them and compared with the hash of the file. `completed`:
 * it can be imported. Then it has ended: `imported`, `failed` by its hash or its parts, or `abandoned` by its owner or
 * because it expired.
 */
export const resumableUploadState = z.enum(['open', 'completing', 'completed', 'imported', 'failed', 'abandoned']);
export type ResumableUploadState = z.output<typeof resumableUploadState>;

/** A file that its owner sends in parts, straight to the object store, before it is imported. */
export const resumableUpload = z.object({
  id: z.uuid(),
  project_id: projectId,
  region: regionName,
  name: z.string().nullable(),
  fingerprint: z.string().nullable(),
  state: resumableUploadState,
  size: byteCount,
  /** Bytes of every part but the last. */
  part_size: z.int().min(1),
  part_count: z.int().min(1),
  /** Of the whole file, where its owner has said it. */
  sha256: sha256Hex.nullable(),
  /** How far the comparison with the hash is. */
  bytes_verified: byteCount,
  /** The image that was made of it. */
  image_id: z.uuid().nullable(),
  /** Why it ended without an image; null when its owner wanted that. */
  error: refusalDocument.nullable(),
  created_by: z.string(),
  created_at: instant,
  updated_at: instant,
  /** When it is abandoned unless something is done with it before; null once it has ended. */
  expires_at: instant.nullable(),
  version: z.int().min(1),
});
export type ResumableUploadRecord = z.output<typeof resumableUpload>;

/** How much of an upload the store has. */
export const uploadedSoFar = z.object({
  bytes_stored: byteCount,
  /** Parts the store does not have, or not with the bytes that were declared last. */
  missing_parts: z.array(partNumber),
});

/** Where the bytes of a part go. Its URL is good for these bytes alone: the store refuses others. */
export const signedPart = z.object({
  part_number: partNumber,
  size: z.int().min(1),
  /** True: the store has these very bytes, and nothing has to be sent. */
  stored: z.boolean(),
  /** Null when nothing has to be sent. */
  url: z.url().nullable(),
  /** What has to be sent along, as it stands. */
  headers: z.record(z.string(), z.string()),
  expires_at: instant.nullable(),
});
export type SignedPart = z.output<typeof signedPart>;
