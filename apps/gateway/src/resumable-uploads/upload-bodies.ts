import {
  byteCount,
  md5Hex,
  partNumber,
  PARTS_AT_ONCE,
  partSize,
  projectId,
  resumableUploadState,
  sha256Hex,
  givenName,
  uploadFingerprint,
} from '@imago/contracts';
import { z } from 'zod';
import { filledPageLimit } from '../edge/paging.ts';

/** Bytes as a whole number, or as text where a client's numbers are too small for them. */
const size = z.union([z.int().min(1).transform(String), byteCount]);

const sha256 = z.string().toLowerCase().pipe(sha256Hex);

/** The file that is going to be sent. */
export const uploadBody = z.strictObject({
  name: givenName.nullable().default(null),
  size,
  part_size: partSize.nullable().default(null),
  sha256: sha256.nullable().default(null),
  fingerprint: uploadFingerprint.nullable().default(null),
});

/** What the parts hold that are going to be sent. */
export const partsBody = z.strictObject({
  parts: z
    .array(z.strictObject({ part_number: partNumber, md5: z.string().toLowerCase().pipe(md5Hex) }))
    .min(1)
    .max(PARTS_AT_ONCE),
});

/** All parts are sent. No body at all means the same as an empty one. */
export const completionBody = z.strictObject({ sha256: sha256.nullable().default(null) }).default({ sha256: null });

export const uploadsQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z.uuid().optional(),
  project_id: projectId.optional(),
  state: resumableUploadState.optional(),
  fingerprint: uploadFingerprint.optional(),
});
