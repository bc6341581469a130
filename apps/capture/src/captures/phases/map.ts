import { AllocateObject, Refusal } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { required, untilAborted, WorkProgress } from '@imago/jobs';
import type { AllocatedObject, ImageJobContext } from '../../jobs/image-job.ts';
import type { JobTools } from '../../jobs/job-tools.ts';
import { imageOfDisk } from '../machine-disks.ts';
import { type CapturePhase, withExport } from './capture-phase.ts';
import { indexedBase, planLayer, planWhole } from './read-plan.ts';

/** Learns what the server wrote, and whether catalog takes just that: a layer on what the disk was made from. */
export function map(tools: JobTools): CapturePhase {
  return (context) =>
    withExport(context, tools, async (exported) => {
      const indexed = await indexedBase(context, tools);
      const object = await allocate(context, tools, indexed?.object_id ?? null);
      const { signal, data } = context;
      const plan =
        indexed !== null && object.parent_object_id !== null
          ? await planLayer(exported, indexed, signal)
          : await planWhole(exported, required(data.disk, 'disk'), { indexed, signal });
      context.progress(new WorkProgress(plan.bytes).stored(0));
      return { next: 'transfer', data: { ...context.data, object, work: plan.bytes.toString() } };
    });
}

/** Asks catalog for the key before the first byte, so that there is never a byte nobody knows of. */
async function allocate(context: ImageJobContext, tools: JobTools, parent: string | null): Promise<AllocatedObject> {
  if (parent === null || context.data.is_whole === true) return ask(context, tools, null);
  try {
    return await ask(context, tools, parent);
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'image.parent_unusable')) throw error;
    // Saved before the next question: whoever asks again must not ask for a layer and be given what was allowed whole.
    await context.save({ ...context.data, is_whole: true });
    return ask(context, tools, null);
  }
}

async function ask(
  { job, data, signal }: ImageJobContext,
  { requests }: JobTools,
  parent_object_id: string | null,
): Promise<AllocatedObject> {
  const asked = requests.send(
    AllocateObject,
    { image_id: imageOfDisk(job, data), region: job.region, job_id: job.id, parent_object_id },
    { context: serviceContext('capture', job.project_id, job.correlation_id) },
  );
  return { ...(await untilAborted(asked, signal)), parent_object_id };
}
