import { copyParts, FIRST_PART, openUpload } from '@imago/image-transfer';
import type { JobTools } from '../../jobs/job-tools.ts';
import { describeSource, openCopied } from '../copied-image.ts';
import { copyPlace } from '../copy-place.ts';
import type { CopyPhase } from './copy-phase.ts';

/** Copies the file in parts, each of which is in the journal before it counts. Nothing is compressed again. */
export function transfer(tools: JobTools): CopyPhase {
  return async (context) => {
    const place = copyPlace(tools, context.job, context.data);
    const file = await openCopied(context, tools, await describeSource(context, tools));
    const upload = await openUpload(context, place, FIRST_PART);
    // Somebody gave up the upload, or it was completed before this phase ended; catalog knows whether it may be written.
    if (upload === null) return { next: 'map', data: { ...context.data, upload: undefined } };
    await copyParts(context, place, { ...file, upload, partSize: tools.config.EXPORT_PART_MIB * 2 ** 20 });
    return { next: 'seal', data: upload.data };
  };
}
