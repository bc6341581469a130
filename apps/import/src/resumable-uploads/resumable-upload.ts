import type { RefusalDocument, ResumableUploadRecord, ResumableUploadState } from '@imago/contracts';
import { refusal } from '@imago/contracts';
import type { MultipartUpload } from '@imago/object-store';
import { uploadObjectKey } from '@imago/object-store';
import { partCountOf } from './upload-parts.ts';

/** A file that its owner sends in parts, straight to the store. */
export interface ResumableUpload {
  readonly id: string;
  readonly project_id: string;
  readonly region: string;
  readonly name: string | null;
  readonly fingerprint: string | null;
  /** The hash of the order it was begun with. */
  readonly made_of: Buffer;
  readonly created_by: string;
  readonly correlation_id: string;
  readonly state: ResumableUploadState;
  readonly size: number;
  readonly part_size: number;
  readonly sha256: string | null;
  /** The store's multipart upload; null until the first part is asked for. */
  readonly multipart_id: string | null;
  readonly bytes_verified: number;
  readonly image_id: string | null;
  readonly error: RefusalDocument | null;
  /** How often it was tried to make one object of it. */
  readonly attempt: number;
  /** Of whoever makes one object of it; a newer one takes the right away. */
  readonly fencing_token: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly expires_at: Date | null;
  readonly version: number;
}

/** The upload as everybody outside sees it. */
export function toRecord(upload: ResumableUpload): ResumableUploadRecord {
  const { id, project_id, region, name, fingerprint, state, sha256, image_id, error, created_by, version } = upload;
  return {
    id,
    project_id,
    region,
    name,
    fingerprint,
    state,
    size: String(upload.size),
    part_size: upload.part_size,
    part_count: partCountOf(upload),
    sha256,
    bytes_verified: String(upload.bytes_verified),
    image_id,
    error,
    created_by,
    created_at: upload.created_at.toISOString(),
    updated_at: upload.updated_at.toISOString(),
    expires_at: upload.expires_at?.toISOString() ?? null,
    version,
  };
}

/** What the store knows the parts under; null until the first of them is asked for. */
export function multipartOf({ id, multipart_id }: ResumableUpload): MultipartUpload | null {
  return multipart_id === null ? null : { key: uploadObjectKey(id), upload_id: multipart_id };
}

/** @throws Refusal upload.wrong_state, or why it has ended */
export function requireState(upload: ResumableUpload, ...states: readonly ResumableUploadState[]): void {
  if (states.includes(upload.state)) return;
  const { state, error } = upload;
  const why = error === null ? '' : ` ${error.message}`;
  throw refusal('upload.wrong_state', `The upload is ${state}, not ${states.join(' or ')}.${why}`, { state });
}
