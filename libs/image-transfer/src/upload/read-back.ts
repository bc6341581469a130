import { type PhaseContext, WorkProgress } from '@imago/jobs';
import {
  type ContentHashes,
  digestObject,
  ObjectChangedError,
  type ObjectDigests,
  ObjectNotFoundError,
  OtherContentError,
} from '@imago/object-store';
import type { UploadPlace } from './upload-place.ts';

/** The store does not have what was sent. */
export class ReadBackError extends Error {
  override readonly name = 'ReadBackError';
  constructor(
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** The object somebody else wrote over the one that was made, or nothing, is there now. */
export class ObjectReplacedError extends ReadBackError {}

export interface CompletedObject {
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  /** Bytes the job reads in all, the measure of its progress. */
  readonly work: bigint;
  /** Of what it was made of, where all of that is one file whose hashes are known. */
  readonly known?: ContentHashes | undefined;
}

/**
 * Reads the whole object back, once: proves that the store has what was sent, part by part, and makes the hashes that
 * clients compare. What the store copied itself has only those. @throws ReadBackError
 */
export async function readBack<Input, Data>(
  context: PhaseContext<Input, Data>,
  { store, key, parts: journal }: Pick<UploadPlace, 'store' | 'key' | 'parts'>,
  { size, etag, work, known: expected }: CompletedObject,
): Promise<ObjectDigests> {
  const { job, signal } = context;
  const parts = await journal.list(job.id);
  const partSizes = parts.map((part) => part.size);
  const progress = new WorkProgress(work);
  const read = async (known?: ContentHashes): Promise<ObjectDigests> =>
    digestObject(await store.stream(key, { etag, signal }), {
      partSizes,
      known,
      signal,
      progress: (bytesRead) => {
        context.progress(progress.readBack(bytesRead, size));
      },
    });
  const digests = await replacedIsTold(() =>
    read(expected).catch((error: unknown) => {
      if (error instanceof OtherContentError) return read(); // what they are instead tells whose fault it is
      throw error;
    }),
  );
  if (digests.size !== size) throw new ReadBackError(`The object has ${digests.size} bytes, ${size} were sealed.`);
  const damaged = parts.find(({ crc32 }, index) => crc32 !== null && crc32 !== digests.crc32s[index]);
  if (damaged === undefined) return digests;
  const { part_number } = damaged;
  throw new ReadBackError(`Part ${part_number} reads back with other bytes.`, { part_number });
}

async function replacedIsTold<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isLost = error instanceof ObjectNotFoundError || error instanceof ObjectChangedError;
    throw isLost ? new ObjectReplacedError('The stored object is not the one that was sealed.') : error;
  }
}
