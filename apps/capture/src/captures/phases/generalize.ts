import { generalizeInJob, type JobGeneralization } from '@imago/image-transfer';
import { Logger } from '@nestjs/common';
import type { CapturedDisk } from '../../exports/patched-disk.ts';
import type { ImageJobContext } from '../../jobs/image-job.ts';
import type { JobTools } from '../../jobs/job-tools.ts';
import { captureGeneralized } from '../capture-events.ts';
import { type CapturePhase, withExport } from './capture-phase.ts';

/**
 * Finds out what is to be other in the image than on the server's disk, so that many servers can be made of it, and tells.
 * It is found out once in a job: every worker after that reads the disk with the same changes.
 */
export function generalize(tools: JobTools): CapturePhase {
  const log = new Logger('GeneralizePhase');
  return async (context) => {
    const { generalizations } = tools.work;
    const known = await generalizations.find(context.job.id);
    const generalization =
      known ?? (await withExport(context, tools, (disk) => findOut(context, tools, { disk, log })));
    if (known === null) {
      await context.save(context.data, (tx) => generalizations.keep(tx, context.job.id, generalization));
    }
    const { report, generalized_at } = generalization;
    const data = { ...context.data, is_generalized: true } as const;
    return { next: 'map', data, tells: captureGeneralized({ report, generalized_at }) };
  };
}

function findOut(
  context: ImageJobContext,
  { config }: JobTools,
  { disk, log }: { disk: CapturedDisk; log: Logger },
): Promise<JobGeneralization> {
  return generalizeInJob(context, {
    disk: {
      virtualSize: disk.size,
      read: async (offset, length, signal = context.signal) => {
        const target = Buffer.alloc(length);
        await disk.readInto(offset, target, signal);
        return target;
      },
    },
    progress: { bytes_done: 0n },
    attempts: config.CAPTURE_MAXIMUM_ATTEMPTS,
    log,
  });
}
