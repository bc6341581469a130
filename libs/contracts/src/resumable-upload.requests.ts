import { z } from 'zod';
import { defineRequest } from './define.ts';
import {
  partNumber,
  partSize,
  resumableUpload,
  resumableUploadState,
  signedPart,
  uploadedSoFar,
  uploadFingerprint,
} from './resumable-upload.ts';
import { byteCount, givenName, md5Hex, projectId, regionName, sha256Hex } from './scalars.ts';

const which = { upload_id: z.uuid(), region: regionName };

/** Parts one request may ask for. */
export const PARTS_AT_ONCE = 100;

/**
 * Begins an upload of a file in parts. Idempotent by `upload_id`. Refusals: auth.forbidden, upload.too_large,
 * upload.part_size_invalid, upload.too_many, upload.bytes_exceeded, request.idempotency_conflict.
 */
export const StartResumableUpload = defineRequest('import', 'startResumableUpload', {
  kind: 'command',
  request: z.object({
    ...which,
    name: givenName.nullable(),
    size: byteCount,
    /** Null: one that suits the size. */
    part_size: partSize.nullable(),
    sha256: sha256Hex.nullable(),
    fingerprint: uploadFingerprint.nullable(),
  }),
  response: z.object({ upload: resumableUpload }),
});

/**
 * Uploads in a region, newest first: the caller's project's, for an operator anybody's. Refusals: auth.forbidden,
 * upload.not_found for another project's, request.invalid for a marker that is no upload of the list.
 */
export const ListResumableUploads = defineRequest('import', 'listResumableUploads', {
  kind: 'query',
  request: z.object({
    region: regionName,
    project_id: projectId,
    state: resumableUploadState.nullable(),
    fingerprint: uploadFingerprint.nullable(),
    limit: z.int().min(1).max(1000),
    marker: z.uuid().nullable(),
  }),
  response: z.object({ uploads: z.array(resumableUpload), next_marker: z.uuid().nullable() }),
});

/** An upload and what of it the store has. Refusals: upload.not_found, auth.forbidden. */
export const ShowResumableUpload = defineRequest('import', 'showResumableUpload', {
  kind: 'query',
  request: z.object(which),
  response: z.object({ upload: resumableUpload.extend(uploadedSoFar.shape) }),
});

/**
 * Declares what parts hold, and says where to send those that the store does not have yet. Keeps the upload from
 * expiring. Refusals: upload.not_found, auth.forbidden, upload.wrong_state, upload.part_invalid.
 */
export const SignResumableUploadParts = defineRequest('import', 'signResumableUploadParts', {
  kind: 'command',
  request: z.object({
    ...which,
    parts: z
      .array(z.object({ part_number: partNumber, md5: md5Hex }))
      .min(1)
      .max(PARTS_AT_ONCE),
  }),
  response: z.object({ parts: z.array(signedPart) }),
});

/**
 * All parts are sent: one object is made of them, which goes on after the answer. Idempotent. Refusals:
 * upload.not_found, auth.forbidden, upload.wrong_state, upload.parts_missing, request.invalid for another hash than that
 * of the beginning.
 */
export const CompleteResumableUpload = defineRequest('import', 'completeResumableUpload', {
  kind: 'command',
  request: z.object({ ...which, sha256: sha256Hex.nullable() }),
  response: z.object({ upload: resumableUpload }),
});

/** Gives an upload up; its bytes are erased. Idempotent. Refusals: upload.not_found, auth.forbidden, upload.wrong_state. */
export const DeleteResumableUpload = defineRequest('import', 'deleteResumableUpload', {
  kind: 'command',
  request: z.object(which),
  response: z.object({}),
});
