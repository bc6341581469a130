import { type StoredPart, trustedParts } from '@imago/jobs';
import {
  type MultipartUpload,
  type ObjectFacts,
  ObjectNotFoundError,
  type ObjectStore,
  uploadedParts,
} from '@imago/object-store';
import { type ImageJobContext, type ImageJobData, required } from '../jobs/image-job.ts';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';

/** The upload of an image's bytes, and what an earlier attempt has stored through it. */
export interface ImageUpload {
  /** The job's data with the upload in them; saved. */
  readonly data: ImageJobData;
  readonly upload: MultipartUpload;
  readonly done: readonly StoredPart[];
}

/**
 * Begins the upload of the job's object, or goes on with that of an earlier attempt. Null when the store does not know
 * that one any more: whoever swept it may have taken the object's row too, and catalog has to be asked again.
 * @param first number of the first part with data.
 */
export async function openUpload(
  context: ImageJobContext,
  tools: JobTools,
  first: number,
): Promise<ImageUpload | null> {
  const { job, data, signal } = context;
  if (data.upload === undefined) return beginUpload(context, tools);
  const upload = uploadOf(data);
  const uploaded = await uploadedParts(storeOf(tools, job), upload, signal);
  if (uploaded === null) return null;
  const done = trustedParts(await tools.parts.list(job.id), uploaded, first);
  // What is not trusted must not be sealed: a part of that number may never be made again.
  const numbers = done.map((part) => part.part_number);
  await context.save(data, (tx) => tools.parts.keepOnly(tx, job.id, numbers));
  return { data, upload, done };
}

/** The upload a job's data name. */
export function uploadOf(data: ImageJobData): MultipartUpload {
  return { key: required(data.object, 'object').key, upload_id: required(data.upload, 'upload').upload_id };
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
export async function completeUpload(
  context: ImageJobContext,
  tools: JobTools,
  parts: readonly StoredPart[],
): Promise<ObjectFacts> {
  // The last moment at which a worker that lost its job can keep its hands off the object.
  await context.assertLease();
  return storeOf(tools, context.job).completeMultipart(
    uploadOf(context.data),
    parts.map(({ part_number, etag }) => ({ part_number, etag })),
    context.signal,
  );
}

async function beginUpload(context: ImageJobContext, tools: JobTools): Promise<ImageUpload> {
  const { job, signal } = context;
  const store = storeOf(tools, job);
  const { key } = required(context.data.object, 'object');
  // The key is this job's alone: an upload that is there already was lost between its making and its journal.
  for (const lost of await store.listMultiparts(key, signal)) await store.abortMultipart(lost, signal);
  const upload = await store.createMultipart(key, signal);
  const data = { ...context.data, upload: { upload_id: upload.upload_id } };
  await context.save(data, (tx) => tools.parts.keepOnly(tx, job.id, []));
  return { data, upload, done: [] };
}
