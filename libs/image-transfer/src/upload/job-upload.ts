import { type PhaseContext, required, type StoredPart, trustedParts } from '@imago/jobs';
import {
  type CompleteOptions,
  type MultipartUpload,
  type ObjectFacts,
  ObjectNotFoundError,
  type ObjectStore,
  uploadedParts,
} from '@imago/object-store';
import type { UploadData, UploadPlace } from './upload-place.ts';

/** The upload of a file, and what an earlier attempt has stored through it. */
export interface JobUpload<Data> {
  /** The job's data with the upload in them; saved. */
  readonly data: Data;
  readonly upload: MultipartUpload;
  readonly done: readonly StoredPart[];
}

/**
 * Begins the upload of a job's file, or goes on with that of an earlier attempt. Null when the store does not know that
 * one any more: then somebody gave it up, and whether the file may be written once more is for the caller to know.
 * @param first number of the first part with data.
 */
export async function openUpload<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  place: UploadPlace,
  first: number,
): Promise<JobUpload<Data> | null> {
  const { job, data, signal } = context;
  if (data.upload === undefined) return beginUpload(context, place);
  const upload = uploadOf(data, place.key);
  const uploaded = await uploadedParts(place.store, upload, signal);
  if (uploaded === null) return null;
  const done = trustedParts(await place.parts.list(job.id), uploaded, first);
  // What is not trusted must not be sealed: a part of that number may never be made again.
  const numbers = done.map((part) => part.part_number);
  await context.save(data, (tx) => place.parts.keepOnly(tx, job.id, numbers));
  return { data, upload, done };
}

/** The upload a job's data name. */
export function uploadOf(data: UploadData, key: string): MultipartUpload {
  return { key, upload_id: required(data.upload, 'upload').upload_id };
}

/** The object an earlier attempt completed; null when there is none of this size. */
export async function completedObject(
  store: ObjectStore,
  key: string,
  { size, signal }: { size: number; signal: AbortSignal },
): Promise<ObjectFacts | null> {
  try {
    const found = await store.head(key, signal);
    return found.size === size ? found : null;
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}

/** Makes one object of the parts. */
export async function completeUpload<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  { store, key }: UploadPlace,
  parts: readonly StoredPart[],
  options?: CompleteOptions,
): Promise<ObjectFacts> {
  // The last moment at which a worker that lost its job can keep its hands off the object.
  await context.assertLease();
  return store.completeMultipart(
    uploadOf(context.data, key),
    parts.map(({ part_number, etag }) => ({ part_number, etag })),
    context.signal,
    options,
  );
}

/**
 * The one object of a job's parts: made of them, or by an earlier attempt. Null when there is neither upload nor object of
 * this size: somebody swept them, and whether the file may be written once more is for the caller to know.
 */
export async function sealUpload<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  place: UploadPlace,
  size: number,
): Promise<ObjectFacts | null> {
  const { job, data, signal } = context;
  const uploaded = await uploadedParts(place.store, uploadOf(data, place.key), signal);
  if (uploaded === null) return completedObject(place.store, place.key, { size, signal });
  return completeUpload(context, place, await place.parts.list(job.id));
}

async function beginUpload<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  place: UploadPlace,
): Promise<JobUpload<Data>> {
  const { job, signal } = context;
  await place.clear(signal);
  const upload = await place.store.createMultipart(place.key, signal);
  const data = { ...context.data, upload: { upload_id: upload.upload_id } };
  await context.save(data, async (tx) => {
    await place.parts.keepOnly(tx, job.id, []);
    await place.begun?.(tx, upload);
  });
  return { data, upload, done: [] };
}
