import { refusal } from '@imago/contracts';
import { completedObject } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { type JobTools, storeOf } from '../../jobs/job-tools.ts';
import type { StoredCopy, TransferJobContext } from '../../jobs/transfer-job.ts';
import { describeSource } from '../copied-image.ts';
import { copied } from '../copy-events.ts';
import { storedCopy } from '../stored-copy.ts';
import type { CopyPhase } from './copy-phase.ts';

/** Says that the copy is there, of a machine with all its disks, and that it is still what was read back. */
export function activate(tools: JobTools): CopyPhase {
  return async (context) => {
    const { data } = context;
    const source = await describeSource(context, tools);
    const last = { object: storedCopy(data, source), etag: required(data.sealed, 'sealed').etag };
    const stored = data.stored ?? [];
    for (const copy of [...stored, last]) await requireThere(context, tools, copy);
    return { succeeded: (ended, view) => copied(ended, view, [...stored.map(({ object }) => object), last.object]) };
  };
}

/** @throws Refusal copy.verification_failed */
async function requireThere(
  { job, signal }: TransferJobContext,
  tools: JobTools,
  { object, etag }: Omit<StoredCopy, 'image_id'>,
): Promise<void> {
  const found = await completedObject(storeOf(tools, job), object.key, { size: Number(object.size), signal });
  if (found?.etag === etag) return;
  throw refusal('copy.verification_failed', 'The copy in the store is not the one that was read back.');
}
