import { AllocateObject } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { imageOf, required, type StoredPart, trustedParts, untilAborted } from '@imago/jobs';
import { type MultipartUpload, uploadedParts } from '@imago/object-store';
import type { ImportData, ImportPhaseContext } from '../import-job.ts';
import { type ImportTools, imageStore } from './import-phase.ts';

/** Part 1 is the head, which is written last. */
const FIRST_DATA_PART = 2;

/** The upload of an image's bytes, and what an earlier attempt has stored through it. */
export interface ImageUpload {
  /** The job's data with the object and the upload in them; saved. */
  readonly data: ImportData;
  readonly upload: MultipartUpload;
  readonly done: readonly StoredPart[];
}

/** Goes on with the upload of an earlier attempt, or begins one when there is none or the store has it no more. */
export async function openUpload(context: ImportPhaseContext, tools: ImportTools): Promise<ImageUpload> {
  const resumed = await resumeUpload(context, tools);
  return resumed ?? beginUpload(context, tools);
}

/** The upload a job's data name. */
export function uploadOf(data: ImportData): MultipartUpload {
  return { key: required(data.object, 'object').key, upload_id: required(data.upload, 'upload').upload_id };
}

async function resumeUpload(context: ImportPhaseContext, tools: ImportTools): Promise<ImageUpload | null> {
  const { job, data, signal } = context;
  if (data.upload === undefined) return null;
  const upload = uploadOf(data);
  const uploaded = await uploadedParts(imageStore(tools, job), upload, signal);
  if (uploaded === null) return null;
  const done = trustedParts(await tools.parts.list(job.id), uploaded, FIRST_DATA_PART);
  // What is not trusted must not be sealed: a part of that number may never be made again.
  const numbers = done.map((part) => part.part_number);
  await context.save(data, (tx) => tools.parts.keepOnly(tx, job.id, numbers));
  return { data, upload, done };
}

async function beginUpload(context: ImportPhaseContext, tools: ImportTools): Promise<ImageUpload> {
  const { job, signal } = context;
  const store = imageStore(tools, job);
  const object = await allocate(context, tools);
  // The key is this job's alone: an upload that is there already was lost between its making and its journal.
  for (const lost of await store.listMultiparts(object.key, signal)) await store.abortMultipart(lost, signal);
  const upload = await store.createMultipart(object.key, signal);
  const data = { ...context.data, object, upload: { upload_id: upload.upload_id } };
  await context.save(data, (tx) => tools.parts.keepOnly(tx, job.id, []));
  return { data, upload, done: [] };
}

/** Asks catalog for the key before the first byte, so that there is never a byte nobody knows of. */
export async function allocate(
  { job, signal }: ImportPhaseContext,
  { requests }: ImportTools,
): Promise<NonNullable<ImportData['object']>> {
  const asked = requests.send(
    AllocateObject,
    { image_id: imageOf(job), region: job.region, job_id: job.id },
    { context: serviceContext('import', job.project_id, job.correlation_id) },
  );
  return untilAborted(asked, signal);
}
