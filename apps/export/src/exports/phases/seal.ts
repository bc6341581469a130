import { completedObject, completeUpload, uploadOf } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import {
  etagOfParts,
  type ObjectFacts,
  ObjectExistsError,
  ObjectNotFoundError,
  uploadedParts,
} from '@imago/object-store';
import type { JobTools } from '../../jobs/job-tools.ts';
import { exportOf, type TransferJobContext } from '../../jobs/transfer-job.ts';
import { failuresOfBucket } from '../bucket-failure.ts';
import { etagOf } from '../destinations.ts';
import { beginAgain, exportPlace, type ExportPlace, requireNoNews } from '../export-place.ts';
import type { ExportPhase } from './export-phase.ts';

/** Makes one object of the parts, where none is in the way. When that was done already, it is only found. */
export function seal(tools: JobTools): ExportPhase {
  return async (context) => {
    const { data, signal } = context;
    const place = await exportPlace(context, tools);
    const { store, key, destination } = place;
    const size = required(data.size, 'size');
    const object = await failuresOfBucket(destination, async () => {
      if ((await uploadedParts(store, uploadOf(data, key), signal)) !== null) return complete(context, tools, place);
      // An upload that is gone was completed, if we came to that; its read-back says whether the object is ours.
      return destination.etag === null ? null : completedObject(store, key, { size, signal });
    });
    if (object === null) return beginAgain(data);
    return { next: 'verify', data: { ...data, sealed: { etag: object.etag } } };
  };
}

/** Null when the upload was lost in the very moment. */
async function complete(context: TransferJobContext, tools: JobTools, place: ExportPlace): Promise<ObjectFacts | null> {
  const { job, data, signal } = context;
  const { store, key } = place;
  const { overwrite } = exportOf(job);
  const parts = await tools.parts.list(job.id);
  const before = await etagOf(store, key, signal);
  const etag = etagOfParts(parts);
  const seals = (ours: string | null): Promise<void> =>
    context.save(data, async (tx) => {
      await requireNoNews(tools, tx, job.id);
      await tools.destinations.seals(tx, place.destination, ours);
    });
  // An object that has our ETag before we have made ours is not ours to take away.
  await seals(before === etag ? null : etag);
  try {
    if (before !== null && !overwrite) throw new ObjectExistsError(`${key}: there is an object already`);
    return await completeUpload(context, place, parts, { ifAbsent: !overwrite });
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    if (error instanceof ObjectExistsError) await seals(null);
    throw error;
  }
}
