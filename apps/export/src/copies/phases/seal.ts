import { sealUpload } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { indexKey } from '@imago/object-store';
import type { JobTools } from '../../jobs/job-tools.ts';
import { describeSource, readCopiedIndex } from '../copied-image.ts';
import { copyPlace } from '../copy-place.ts';
import type { CopyPhase } from './copy-phase.ts';

/** Makes one object of the parts, and puts the index of the image beside it: it is the same image. */
export function seal(tools: JobTools): CopyPhase {
  return async (context) => {
    const { job, data, signal } = context;
    const place = copyPlace(tools, job, data);
    const { store, key } = place;
    const index = await readCopiedIndex(context, tools, await describeSource(context, tools));
    const object = await sealUpload(context, place, required(data.size, 'size'));
    // Neither upload nor object: somebody swept them. Catalog decides whether they may be written once more.
    if (object === null) return { next: 'map', data: { ...data, upload: undefined } };
    if (index !== null) await store.put(indexKey(key), index, signal);
    return { next: 'verify', data: { ...data, sealed: { etag: object.etag } } };
  };
}
