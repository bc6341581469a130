import { uploadOf } from '@imago/image-transfer';
import { type JobDefinition, phasesByType } from '@imago/jobs';
import { CAPTURE_PHASES } from '../captures/phases/capture-phase.ts';
import { capturePhases } from '../captures/phases/capture-phases.ts';
import { lockOf } from '../captures/take-back-capture.ts';
import { digestPhases } from '../digests/digest-phases.ts';
import { flattenPhases } from '../flattens/flatten-phases.ts';
import { uploadPlace } from '../stored/upload-place.ts';
import { type ImageJob, type ImageJobData, type ImageJobInput, typeOf } from './image-job.ts';
import { jobEvents } from './job-events.ts';
import type { JobTools } from './job-tools.ts';

type Definition = JobDefinition<ImageJobInput, ImageJobData>;

/** Milliseconds an ended job may take to give its upload back; catalog's sweep is the net. */
const CLEAN_UP_TIMEOUT = 5_000;

/** All jobs of this service as the runner knows them: each type goes through a table of its own. */
export function jobDefinition(tools: JobTools): Definition {
  const { config } = tools;
  return {
    firstPhase: CAPTURE_PHASES[0],
    phases: phasesByType({
      typeOf,
      tables: { capture: capturePhases(tools), flatten: flattenPhases(tools), digest: digestPhases(tools) },
    }),
    maximumAttempts: config.CAPTURE_MAXIMUM_ATTEMPTS,
    stallSeconds: config.CAPTURE_STALL_SECONDS,
    ...jobEvents,
    ended: (tx, job) => tools.work.forget(tx, job.id),
    cleanUp: async (job) => {
      const done = await Promise.allSettled([giveUpload(tools, job), release(tools, job)]);
      for (const outcome of done) if (outcome.status === 'rejected') throw outcome.reason;
    },
  };
}

async function giveUpload(tools: JobTools, job: ImageJob): Promise<void> {
  if (job.data.upload === undefined) return;
  const { store, key } = uploadPlace(tools, job, job.data);
  await store.abortMultipart(uploadOf(job.data, key), AbortSignal.timeout(CLEAN_UP_TIMEOUT));
}

async function release(tools: JobTools, job: ImageJob): Promise<void> {
  if (typeOf(job) === 'capture') await tools.locks.release(lockOf(job));
}
