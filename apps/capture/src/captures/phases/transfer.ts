import { STORED_CLUSTER_SIZE, writeStoredImage } from '@imago/disk-image';
import { openUpload, storePart } from '@imago/image-transfer';
import { required, WorkProgress } from '@imago/jobs';
import { ExportedDisk } from '../../exports/exported-disk.ts';
import type { CapturedDisk } from '../../exports/patched-disk.ts';
import type { ImageJobContext } from '../../jobs/image-job.ts';
import type { JobTools } from '../../jobs/job-tools.ts';
import { uploadPlace } from '../../stored/upload-place.ts';
import { type CapturePhase, withExport } from './capture-phase.ts';
import { indexedBase, planLayer, planWhole, type ReadPlan } from './read-plan.ts';

/** Part 1 is the head. */
export const FIRST_DATA_PART = 2;

/**
 * Streams what changed into the parts of the image. Every part is in the journal before it counts, so a worker that is
 * lost costs the parts that were in flight and no more.
 */
export function transfer(tools: JobTools): CapturePhase {
  return (context) =>
    withExport(context, tools, async (exported) => {
      const place = uploadPlace(tools, context.job, context.data);
      const upload = await openUpload(context, place, FIRST_DATA_PART);
      if (upload === null) return { next: 'map', data: { ...context.data, upload: undefined } };
      const plan = await planAgain(context, tools, exported);
      const progress = new WorkProgress(plan.bytes);
      await writeStoredImage(new ExportedDisk(exported, STORED_CLUSTER_SIZE, plan.clusters), {
        done: upload.done,
        sink: {
          store: async (record, body, signal) => {
            await storePart(context, place, upload, { record, body, signal });
          },
        },
        layer: plan.layer,
        signal: context.signal,
        progress: (bytesDone) => {
          context.progress(progress.stored(bytesDone));
        },
      });
      return { next: 'seal', data: { ...upload.data, work: plan.bytes.toString() } };
    });
}

/** The plan is not kept, since it may be as long as the disk: the same disk has the same one. */
async function planAgain(context: ImageJobContext, tools: JobTools, exported: CapturedDisk): Promise<ReadPlan> {
  const { data, signal } = context;
  const indexed = await indexedBase(context, tools);
  if (required(data.object, 'object').parent_object_id === null) {
    return planWhole(exported, required(data.disk, 'disk'), { indexed, signal });
  }
  if (indexed === null) throw new Error('a layer has a parent with an index');
  return planLayer(exported, indexed, signal);
}
