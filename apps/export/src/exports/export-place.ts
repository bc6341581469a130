import { refusal } from '@imago/contracts';
import type { UploadPlace } from '@imago/image-transfer';
import type { EntityManager } from 'typeorm';
import type { JobTools } from '../jobs/job-tools.ts';
import { LookAgainError, type Looking } from '../jobs/look-again.ts';
import type { TransferJobContext, TransferJobData } from '../jobs/transfer-job.ts';
import { type Destination, uploadsTo } from './destinations.ts';
import { describeImage } from './image-source.ts';
import { placeOf } from './machine-files.ts';
import type { ExportPhaseName } from './phases/export-phase.ts';

/** Times an upload may be lost to somebody else before the export is given up. */
const MOST_LOST_UPLOADS = 3;

/** Where an export stores its file, with its row. */
export interface ExportPlace extends UploadPlace {
  readonly destination: Destination;
}

/** The object an export writes. What a worker was lost with is told from what is the tenant's own. */
export async function exportPlace(context: TransferJobContext, tools: JobTools): Promise<ExportPlace> {
  const { job } = context;
  const { destinations, parts } = tools;
  const destination = await destinations.find(job.id, placeOf(job, context.data).object);
  if (destination === null) throw new Error(`Job ${job.id} has no destination`);
  const store = destinations.storeOf(destination);
  return {
    destination,
    store,
    key: destination.object,
    parts,
    clear: async (signal) => {
      for (const lost of await destinations.lostUploads(destination, signal)) await store.abortMultipart(lost, signal);
      if (destination.other_uploads !== null) return;
      const others = (await uploadsTo(store, destination.object, signal)).map((upload) => upload.upload_id);
      await context.save(context.data, (tx) => destinations.meansToUpload(tx, destination, others));
    },
    begun: (tx, upload) => destinations.uploads(tx, destination, upload.upload_id),
    guard: (tx) => requireNoNews(tools, tx, job.id),
  };
}

/** @throws LookAgainError when something was heard of the image since it was looked at. */
export async function requireNoNews({ destinations }: JobTools, tx: EntityManager, jobId: string): Promise<void> {
  if (await destinations.hasToLookAgain(tx, jobId)) throw new LookAgainError();
}

/** How an export looks at its image again. */
export function lookingAtImage(tools: JobTools): Looking {
  return {
    look: (context) => describeImage(context, tools),
    looked: (tx, jobId) => tools.destinations.hasLooked(tx, jobId),
  };
}

/**
 * Begins again, when somebody aborted the upload in the tenant's bucket.
 * @throws Refusal export.upload_lost when that goes on.
 */
export function beginAgain(data: TransferJobData): { readonly next: ExportPhaseName; readonly data: TransferJobData } {
  const lost_uploads = (data.lost_uploads ?? 0) + 1;
  if (lost_uploads > MOST_LOST_UPLOADS) {
    throw refusal('export.upload_lost', `The upload in the bucket was aborted ${lost_uploads} times by somebody else.`);
  }
  return { next: 'admit', data: { ...data, upload: undefined, lost_uploads } };
}
