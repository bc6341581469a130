import { refusal } from '@imago/contracts';
import { WorkProgress } from '@imago/jobs';
import { digestObject, ObjectChangedError, type ObjectDigests, ObjectNotFoundError } from '@imago/object-store';
import { type ImageJobContext, required } from '../jobs/image-job.ts';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';
import { readIndex } from './stored-index.ts';

/**
 * Reads the whole object back, once, and its index: proves that the store has what was sent, and makes the hashes that
 * clients compare. @throws Refusal capture.verification_failed
 */
export async function readBack(context: ImageJobContext, tools: JobTools): Promise<ObjectDigests> {
  const { job, data } = context;
  const parts = await tools.parts.list(job.id);
  const sizes = parts.map((part) => part.size);
  const digests = await digest(context, tools, sizes).catch((error: unknown) => {
    const isLost = error instanceof ObjectNotFoundError || error instanceof ObjectChangedError;
    throw isLost ? failed('The stored object is not the one that was sealed.') : error;
  });
  const damaged = parts.find((part, index) => part.crc32 !== digests.crc32s[index]);
  if (damaged !== undefined) {
    throw failed(`Part ${damaged.part_number} reads back with other bytes.`, { part_number: damaged.part_number });
  }
  const sealed = required(data.sealed, 'sealed');
  await readIndex(storeOf(tools, job), { key: required(data.object, 'object').key, ...sealed }, context.signal);
  return digests;
}

async function digest(context: ImageJobContext, tools: JobTools, partSizes: readonly number[]): Promise<ObjectDigests> {
  const { job, data, signal } = context;
  const { size, etag } = required(data.sealed, 'sealed');
  const progress = new WorkProgress(BigInt(required(data.work, 'work')));
  const stream = await storeOf(tools, job).stream(required(data.object, 'object').key, { etag, signal });
  const digests = await digestObject(stream, {
    partSizes,
    signal,
    progress: (bytesRead) => {
      context.progress(progress.readBack(bytesRead, size));
    },
  });
  if (digests.size !== size) throw failed(`The object has ${digests.size} bytes, ${size} were sealed.`);
  return digests;
}

/** The object must still be the one that was read back, not one of a lost worker. @throws Refusal capture.verification_failed */
export async function requireSealed({ job, data, signal }: ImageJobContext, tools: JobTools): Promise<void> {
  const found = await storeOf(tools, job)
    .head(required(data.object, 'object').key, signal)
    .catch((error: unknown) => {
      if (error instanceof ObjectNotFoundError) return null;
      throw error;
    });
  if (found?.etag !== required(data.sealed, 'sealed').etag) {
    throw failed('The stored object changed after it was read back.');
  }
}

function failed(message: string, details?: Readonly<Record<string, unknown>>): Error {
  return refusal('capture.verification_failed', message, details);
}
