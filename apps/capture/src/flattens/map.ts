import { AllocateObject, refusal } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { imageOf, untilAborted, WorkProgress } from '@imago/jobs';
import type { JobTools } from '../jobs/job-tools.ts';
import { describeLayers, openLayered } from '../stored/image-layers.ts';
import type { FlattenPhase } from './flatten-phase.ts';

/** Learns how much there is to copy, and asks catalog for the key before the first byte. */
export function map(tools: JobTools): FlattenPhase {
  return async (context) => {
    const { job, signal } = context;
    const described = await describeLayers(context, tools);
    if (described.object.layers.length === 0) throw refusal('image.not_layered', 'The image is stored whole already.');
    const { source } = await openLayered(context, tools, described);
    const asked = tools.requests.send(
      AllocateObject,
      { image_id: imageOf(job), region: job.region, job_id: job.id, purpose: 'flatten' },
      { context: serviceContext('capture', job.project_id, job.correlation_id) },
    );
    const object = { ...(await untilAborted(asked, signal)), parent_object_id: null };
    const { checksum, os_hash_value } = described.image;
    context.progress(new WorkProgress(BigInt(source.size)).stored(0));
    return {
      next: 'transfer',
      data: { ...context.data, object, work: source.size.toString(), known: { checksum, os_hash_value } },
    };
  };
}
