import { AllocateObject } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { untilAborted, WorkProgress } from '@imago/jobs';
import type { JobTools } from '../../jobs/job-tools.ts';
import { describeSource, openCopied } from '../copied-image.ts';
import { imageOfDisk } from '../machine-copies.ts';
import type { CopyPhase } from './copy-phase.ts';

/** Learns how much there is to copy, and asks catalog for the key before the first byte. */
export function map(tools: JobTools): CopyPhase {
  return async (context) => {
    const { job, data, signal } = context;
    const { source } = await openCopied(context, tools, await describeSource(context, tools));
    const asked = tools.requests.send(
      AllocateObject,
      { image_id: imageOfDisk(job, data), region: job.region, job_id: job.id },
      { context: serviceContext('export', job.project_id, job.correlation_id) },
    );
    const object = await untilAborted(asked, signal);
    context.progress(new WorkProgress(BigInt(source.size)).stored(0));
    return { next: 'transfer', data: { ...data, size: source.size, object } };
  };
}
