import { type ByteSource, fillFrom } from '@imago/disk-image';
import { type PhaseContext, WorkProgress } from '@imago/jobs';
import type { JobUpload } from './job-upload.ts';
import { partsLeft, type PlannedPart } from './planned-parts.ts';
import { storePart, storePartOfObject, type StoredSource } from './store-part.ts';
import type { UploadData, UploadPlace } from './upload-place.ts';

/** A file whose every byte is known beforehand has no part that is kept for the end. */
export const FIRST_PART = 1;
/** Parts that are copied at the same time, each in memory as a whole. */
const PARTS_AT_ONCE = 2;

export interface Copying<Data> {
  readonly upload: JobUpload<Data>;
  readonly source: ByteSource;
  /** Bytes of a part at least; larger files have larger parts. */
  readonly partSize: number;
  /** The object that is the file, where the store the parts go to may have it: then the bytes need not travel. */
  readonly stored?: StoredSource | null;
}

/** Copies what is left of a file into the parts of its upload. Every part is in the journal before it counts. */
export async function copyParts<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  place: UploadPlace,
  copying: Copying<Data>,
): Promise<void> {
  const { upload, source, partSize } = copying;
  const progress = new WorkProgress(BigInt(source.size));
  const parts = partsLeft(source.size, upload.done, partSize);
  let { stored = null } = copying;
  let copied = upload.done.reduce((sum, part) => sum + part.size, 0);
  const abort = new AbortController();
  const signal = AbortSignal.any([context.signal, abort.signal]);
  /** One of a few copiers: it takes the next part until none is left, and has memory for one. */
  const copier = async (): Promise<void> => {
    let memory = Buffer.alloc(0);
    for (const part of parts) {
      const isStored =
        stored !== null && (await storePartOfObject(context, place, upload, { part, source: stored, signal }));
      if (!isStored) {
        stored = null; // what the store cannot do for one part it cannot do for the others
        if (memory.length < part.size) memory = Buffer.allocUnsafeSlow(part.size);
        await copyPart(context, place, copying, { part, memory, signal });
      }
      copied += part.size;
      context.progress(progress.stored(copied));
    }
  };
  const copiers = Array.from({ length: PARTS_AT_ONCE }, copier);
  try {
    await Promise.all(copiers);
  } catch (error) {
    abort.abort(error);
    await Promise.allSettled(copiers);
    throw error;
  }
}

interface PartCopy {
  readonly part: PlannedPart;
  readonly memory: Buffer;
  readonly signal: AbortSignal;
}

async function copyPart<Input, Data extends UploadData>(
  context: PhaseContext<Input, Data>,
  place: UploadPlace,
  { upload, source }: Copying<Data>,
  { part: { part_number, offset, size }, memory, signal }: PartCopy,
): Promise<void> {
  const body = memory.subarray(0, size);
  signal.throwIfAborted();
  await fillFrom(source, offset, body, signal);
  const record = { part_number, size, clusters: Buffer.alloc(0) };
  await storePart(context, place, upload, { record, body: [body], signal });
}
