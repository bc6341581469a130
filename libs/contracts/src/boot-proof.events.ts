import { z } from 'zod';
import { provenBoot, unprovenBoot } from './boot-proof.ts';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { bootProofJobView } from './job.ts';
import { projectId, regionName } from './scalars.ts';

const job = z.object({ job: bootProofJobView, image_id: z.uuid() });
const ended = job.extend({ error: refusalDocument });

/**
 * An image is active, and whoever had it made wanted it to be booted once, to see whether it does. It is used meanwhile:
 * compute boots it when it can.
 */
export const BootProofWantedV1 = defineEvent(
  'catalog',
  'BootProofWanted',
  1,
  z.object({ image_id: z.uuid(), owner: projectId, region: regionName }),
);

/** An image is to be booted once, to see whether it does; its job waits. */
export const BootProofRequestedV1 = defineEvent('compute', 'BootProofRequested', 1, job);
/** The job moved. */
export const BootProofProgressedV1 = defineEvent('compute', 'BootProofProgressed', 1, job);
/** The image was booted, and came up; catalog keeps the newest proof beside the image. */
export const ImageBootProvenV1 = defineEvent('compute', 'ImageBootProven', 1, job.extend({ proof: provenBoot }));
/** The image was booted, and was not seen to come up; its proof says why. The job has done what it was for. */
export const ImageBootNotProvenV1 = defineEvent(
  'compute',
  'ImageBootNotProven',
  1,
  job.extend({ proof: unprovenBoot }),
);
/** It could not be tried: nothing is known of the image that was not known before. */
export const BootProofFailedV1 = defineEvent('compute', 'BootProofFailed', 1, ended);
/** The tenant cancelled it, or deleted the image. */
export const BootProofCancelledV1 = defineEvent('compute', 'BootProofCancelled', 1, ended);
