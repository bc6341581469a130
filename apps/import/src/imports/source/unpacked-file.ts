import { type ByteSource, toldSource } from '@imago/disk-image';
import { required } from '@imago/jobs';
import {
  ObjectChangedError,
  ObjectNotFoundError,
  ObjectSource,
  type ObjectStore,
  unpackedPrefix,
} from '@imago/object-store';
import { refusal } from '@imago/contracts';
import type { ImportPhaseContext } from '../import-job.ts';
import { type ImportTools, imageStore } from '../phases/import-phase.ts';

/** What was in the packed file of a job, read in ranges as any other file. */
export function openUnpacked(context: ImportPhaseContext, tools: ImportTools): ByteSource {
  const { key, size, etag } = required(context.data.unpacked, 'unpacked');
  const onArrival = (): void => {
    context.progress({ bytes_done: 0n });
  };
  const bytes = new ObjectSource(imageStore(tools, context.job), key, { size, etag, onArrival });
  return toldSource(bytes, async (read) => {
    try {
      return await read();
    } catch (error) {
      const isLost = error instanceof ObjectNotFoundError || error instanceof ObjectChangedError;
      throw isLost ? refusal('import.source_changed', 'What was unpacked is not there any more.') : error;
    }
  });
}

/** Removes all that a job has unpacked, of lost attempts too. The multiparts go first: one may be completed in between. */
export async function eraseUnpacked(store: ObjectStore, jobId: string, signal?: AbortSignal): Promise<void> {
  const prefix = unpackedPrefix(jobId);
  for (const multipart of await store.listMultiparts(prefix, signal)) await store.abortMultipart(multipart, signal);
  const keys = (await store.list(prefix, signal)).map(({ key }) => key);
  if (keys.length > 0) await store.deleteMany(keys, signal);
}
