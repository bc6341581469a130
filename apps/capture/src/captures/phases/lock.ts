import { captureOf, lookAtLock } from '../../exports/locked-disk.ts';
import type { ImageJobContext, WaitingDisk } from '../../jobs/image-job.ts';
import type { JobTools } from '../../jobs/job-tools.ts';
import { type CapturePhase, withExport } from './capture-phase.ts';
import { indexedBase, planLayer, planWhole } from './read-plan.ts';

/**
 * The server is still locked for this capture, and its disk is the one that was there when it was accepted. Of a machine
 * it is found out how much there will be to read of the disks that come later, so that progress can be told of all.
 */
export function lock(tools: JobTools): CapturePhase {
  return async (context) => {
    await lookAtLock(context, tools);
    const waiting: WaitingDisk[] = [];
    for (const disk of context.data.waiting ?? []) waiting.push({ ...disk, work: await workOf(disk, context, tools) });
    const next = captureOf(context.job).generalize === true ? 'generalize' : 'map';
    return { next, data: { ...context.data, ...(waiting.length > 0 && { waiting }) } };
  };
}

/** As far as it can be known before catalog is asked: a disk that may become a layer becomes one. */
async function workOf(
  { disk, origin }: WaitingDisk,
  { job, signal, ...others }: ImageJobContext,
  tools: JobTools,
): Promise<string> {
  const context = { ...others, job, signal, data: { disk, origin } };
  const { bytes } = await withExport(context, tools, async (exported) => {
    const indexed = await indexedBase(context, tools);
    return indexed === null ? planWhole(exported, disk, { indexed, signal }) : planLayer(exported, indexed, signal);
  });
  return bytes.toString();
}
