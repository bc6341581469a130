import { clearKey, uploadOf, type UploadPlace } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';
import { LookAgainError, type Looking } from '../jobs/look-again.ts';
import type { TransferJob, TransferJobData } from '../jobs/transfer-job.ts';
import { describeSource } from './copied-image.ts';

/** Milliseconds an ended job may take to give its upload back; catalog's sweep is the net. */
const CLEAN_UP_TIMEOUT = 5_000;

/** The object a copy writes: no other job knows its key. */
export function copyPlace(tools: JobTools, job: TransferJob, data: TransferJobData): UploadPlace {
  const store = storeOf(tools, job);
  const { key } = required(data.object, 'object');
  return {
    store,
    key,
    parts: tools.parts,
    clear: (signal) => clearKey(store, key, signal),
    guard: async (tx) => {
      if (await tools.copySources.hasToLookAgain(tx, job.id)) throw new LookAgainError();
    },
  };
}

/** How a copy looks at the image it is made of again. */
export function lookingAtSource(tools: JobTools): Looking {
  return {
    look: (context) => describeSource(context, tools),
    looked: (tx, jobId) => tools.copySources.hasLooked(tx, jobId),
  };
}

/** Gives up what an ended job was uploading. */
export async function giveUpload(tools: JobTools, job: TransferJob): Promise<void> {
  if (job.data.upload === undefined) return;
  const { store, key } = copyPlace(tools, job, job.data);
  await store.abortMultipart(uploadOf(job.data, key), AbortSignal.timeout(CLEAN_UP_TIMEOUT));
}
