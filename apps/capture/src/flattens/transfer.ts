import { copyParts, FIRST_PART, openUpload } from '@imago/image-transfer';
import type { JobTools } from '../jobs/job-tools.ts';
import { damageIsTold, describeLayers, openLayered } from '../stored/image-layers.ts';
import { uploadPlace } from '../stored/upload-place.ts';
import type { FlattenPhase } from './flatten-phase.ts';

/** Copies the flattened form, as the layers have it: nothing is compressed again. */
export function transfer(tools: JobTools): FlattenPhase {
  return async (context) => {
    const place = uploadPlace(tools, context.job, context.data);
    const upload = await openUpload(context, place, FIRST_PART);
    if (upload === null) return { next: 'map', data: { ...context.data, upload: undefined } };
    const { source } = await openLayered(context, tools, await describeLayers(context, tools));
    const partSize = tools.config.CAPTURE_FLATTEN_PART_MIB * 2 ** 20;
    await damageIsTold(() => copyParts(context, place, { upload, source, partSize }));
    return { next: 'seal', data: upload.data };
  };
}
