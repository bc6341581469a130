import {
  BootProofCancelledV1,
  BootProofFailedV1,
  type BootProof,
  BootProofProgressedV1,
  BootProofRequestedV1,
  ImageBootNotProvenV1,
  ImageBootProvenV1,
  type JobView,
} from '@imago/contracts';
import { aboutImageJob, imageJobEvents } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import type { BootProofJob } from './boot-proof-job.ts';

export const bootProofEvents = imageJobEvents<BootProofJob>(() => ({
  progressed: BootProofProgressedV1,
  failed: BootProofFailedV1,
  cancelled: BootProofCancelledV1,
}));

export function bootProofRequested(job: BootProofJob, view: JobView): NewEvent {
  return aboutImageJob(BootProofRequestedV1, job, view);
}

/** What was seen when the image was booted. */
export function imageBooted(proof: BootProof): (job: BootProofJob, view: JobView) => NewEvent {
  const event = proof.status === 'proven' ? ImageBootProvenV1 : ImageBootNotProvenV1;
  return (job, view) => aboutImageJob(event, job, view, { proof });
}
