import { type ByteSource, JoinedSource, toldSource } from '@imago/disk-image';
import { required } from '@imago/jobs';
import {
  ObjectChangedError,
  ObjectNotFoundError,
  ObjectSource,
  type ObjectStore,
  unpackedPrefix,
} from '@imago/object-store';
import type { ImportPhaseContext } from '../import-job.ts';
import { type ImportPhase, type ImportTools, imageStore } from '../phases/import-phase.ts';

/** What was unpacked is not in the store any more. */
class UnpackedLostError extends Error {
  override readonly name = 'UnpackedLostError';
}

/** What was in the packed file of a job, read in ranges as any other file. @throws UnpackedLostError from its reads */
export function openUnpacked(context: ImportPhaseContext, tools: ImportTools): ByteSource {
  const { unpacked, unpacked_more = [] } = context.data;
  const objects = [required(unpacked, 'unpacked'), ...unpacked_more];
  const store = imageStore(tools, context.job);
  const onArrival = (): void => {
    context.progress({ bytes_done: 0n });
  };
  const bytes = new JoinedSource(
    objects.map(({ key, size, etag }) => new ObjectSource(store, key, { size, etag, onArrival })),
  );
  return toldSource(bytes, async (read) => {
    try {
      return await read();
    } catch (error) {
      const isLost = error instanceof ObjectNotFoundError || error instanceof ObjectChangedError;
      throw isLost ? new UnpackedLostError('What was unpacked is not there any more') : error;
    }
  });
}

/**
 * A phase that reads what was unpacked. When that is lost, the tenant's file has not changed: it is unpacked again, once,
 * so that a store that keeps nothing ends the import instead of keeping it at work.
 */
export function unpackingAgain(phase: ImportPhase): ImportPhase {
  return async (context) => {
    try {
      return await phase(context);
    } catch (error) {
      if (!(error instanceof UnpackedLostError) || context.data.is_unpacked_again === true) throw error;
      return { next: 'unpack', data: { ...context.data, unpacked: undefined, is_unpacked_again: true } };
    }
  };
}

export interface EraseOptions {
  readonly signal?: AbortSignal;
  /** Of the job that goes on: what a worker that lost it finds may be what the one that has it now needs. */
  readonly assertLease?: () => Promise<void>;
}

/** Removes all that a job has unpacked, of lost attempts too. The multiparts go first: one may be completed in between. */
export async function eraseUnpacked(store: ObjectStore, jobId: string, options: EraseOptions = {}): Promise<void> {
  const { signal, assertLease } = options;
  const prefix = unpackedPrefix(jobId);
  for (const multipart of await store.listMultiparts(prefix, signal)) {
    await assertLease?.();
    await store.abortMultipart(multipart, signal);
  }
  const keys = (await store.list(prefix, signal)).map(({ key }) => key);
  if (keys.length === 0) return;
  await assertLease?.();
  await store.deleteMany(keys, signal);
}
