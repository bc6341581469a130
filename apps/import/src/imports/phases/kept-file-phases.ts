import { refusal } from '@imago/contracts';
import { clearKey, copyParts, FIRST_PART, openUpload, sealUpload, type UploadPlace } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { ObjectSource } from '@imago/object-store';
import type { ImportData, ImportPhaseContext } from '../import-job.ts';
import { importProgress } from '../import-progress.ts';
import { sourceUri } from '../source/job-source.ts';
import { inspected, openFile } from '../source/open-source.ts';
import { allocate } from './image-upload.ts';
import { type ImportTools, imageStore } from './import-phase.ts';

/** Bytes of a part at least, of which some are in memory at a time. */
const PART = 8 * 2 ** 20;

interface Step {
  readonly next: 'transfer' | 'seal' | 'verify';
  readonly data: ImportData;
}

/** The phase `transfer` of a file that is stored as it is: every byte of it, in parts that are journaled. */
export async function transferKept(context: ImportPhaseContext, tools: ImportTools): Promise<Step> {
  // Without an upload, whether the image may be written once more, catalog decides when it is asked for the key.
  const object =
    context.data.upload === undefined ? await allocate(context, tools) : required(context.data.object, 'object');
  const progress = importProgress(context.job, context.data);
  const placed: ImportPhaseContext = {
    ...context,
    data: { ...context.data, object },
    progress: (step) => {
      context.progress(progress.copied(step));
    },
  };
  const source = await openFile(context, tools);
  if (source.size.toString() !== required(placed.data.inspection, 'inspection').virtual_size) {
    const uri = sourceUri(context.job.input.source);
    throw refusal('import.source_changed', `${uri} has another size than when it was inspected.`);
  }
  const place = placeOf(placed, tools);
  const upload = await openUpload(placed, place, FIRST_PART);
  if (upload === null) return { next: 'transfer', data: { ...context.data, upload: undefined } };
  await copyParts(placed, place, { upload, source, partSize: PART });
  return { next: 'seal', data: upload.data };
}

/** The phase `seal` of such a file: one object of the parts, unless that stands already. */
export async function sealKept(context: ImportPhaseContext, tools: ImportTools): Promise<Step> {
  const { data } = context;
  const place = placeOf(context, tools);
  const size = Number(required(data.inspection, 'inspection').virtual_size);
  const stored = await sealUpload(context, place, size);
  if (stored === null) return { next: 'transfer', data: { ...data, upload: undefined } };
  const allocated_bytes = size.toString();
  return { next: 'verify', data: { ...data, sealed: { size, etag: stored.etag, index_hash: null, allocated_bytes } } };
}

/**
 * What is stored is what the file was declared to be: its server may have sent other bytes than those that were inspected.
 * @throws Refusal with the code of the inspection
 */
export async function requireKept(context: ImportPhaseContext, tools: ImportTools): Promise<void> {
  const { job, data, signal } = context;
  const { store, key } = placeOf(context, tools);
  const { size, etag } = required(data.sealed, 'sealed');
  await inspected(new ObjectSource(store, key, { size, etag }), job.input.disk_format, signal);
}

function placeOf({ job, data }: Pick<ImportPhaseContext, 'job' | 'data'>, tools: ImportTools): UploadPlace {
  const store = imageStore(tools, job);
  const { key } = required(data.object, 'object');
  return { store, key, parts: tools.parts, clear: (signal) => clearKey(store, key, signal) };
}
