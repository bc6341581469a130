import type { ByteSource } from '@imago/disk-image';
import { WorkProgress } from '@imago/jobs';
import { type ImageJobContext } from '../jobs/image-job.ts';
import type { JobTools } from '../jobs/job-tools.ts';
import { describeLayers, layersFailure, openFlattened } from '../stored/flattened-source.ts';
import { type ImageUpload, openUpload } from '../stored/image-upload.ts';
import { storePart } from '../stored/store-part.ts';
import type { FlattenPhase } from './flatten-phase.ts';
import { partsLeft, type PlannedPart } from './planned-parts.ts';

/** Unlike a capture's, its head is known before the rest. */
const FIRST_PART = 1;
/** Parts that are copied at the same time, each in memory as a whole. */
const PARTS_AT_ONCE = 2;

/** Copies the flattened form, as the layers have it: nothing is compressed again. Every part is in the journal before it counts. */
export function transfer(tools: JobTools): FlattenPhase {
  return async (context) => {
    const upload = await openUpload(context, tools, FIRST_PART);
    if (upload === null) return { next: 'map', data: { ...context.data, upload: undefined } };
    const { source } = await openFlattened(context, tools, await describeLayers(context, tools));
    await copyParts(context, tools, { upload, source });
    return { next: 'seal', data: upload.data };
  };
}

interface Copying {
  readonly upload: ImageUpload;
  readonly source: ByteSource;
}

async function copyParts(context: ImageJobContext, tools: JobTools, { upload, source }: Copying): Promise<void> {
  const progress = new WorkProgress(BigInt(source.size));
  const parts = partsLeft(source.size, upload.done, tools.config.CAPTURE_FLATTEN_PART_MIB * 2 ** 20);
  let copied = upload.done.reduce((sum, part) => sum + part.size, 0);
  const abort = new AbortController();
  const signal = AbortSignal.any([context.signal, abort.signal]);
  /** One of a few copiers: it takes the next part until none is left, and has memory for one. */
  const copier = async (): Promise<void> => {
    let memory = Buffer.alloc(0);
    for (const part of parts) {
      if (memory.length < part.size) memory = Buffer.allocUnsafeSlow(part.size);
      await copyPart(context, tools, { upload, source, part, memory, signal });
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

interface PartCopy extends Copying {
  readonly part: PlannedPart;
  readonly memory: Buffer;
  readonly signal: AbortSignal;
}

async function copyPart(
  context: ImageJobContext,
  tools: JobTools,
  { upload, source, part, memory, signal }: PartCopy,
): Promise<void> {
  const { part_number, offset, size } = part;
  const body = memory.subarray(0, size);
  signal.throwIfAborted();
  try {
    if (source.readInto) await source.readInto(offset, body, signal);
    else (await source.read(offset, size, signal)).copy(body);
  } catch (error) {
    throw layersFailure(error);
  }
  const record = { part_number, size, clusters: Buffer.alloc(0) };
  await storePart(context, tools, upload, { record, body: [body], signal });
}
