import type { RegisterCopy, ResponseOf, StoredObject } from '@imago/contracts';
import { imageOf, partOfTheWork, required } from '@imago/jobs';
import type { TransferJob, TransferJobContext, TransferJobData } from '../jobs/transfer-job.ts';

/**
 * The disks of a full machine are copied one after the other by the same phases: the data of the job are those of the
 * disk whose turn it is, beside them lie those that are stored and those that wait.
 */

/** What a registered copy begins with. */
export function firstDisk({ data_disks }: ResponseOf<typeof RegisterCopy>): TransferJobData {
  return data_disks.length === 0 ? {} : { waiting: data_disks };
}

/** The image of the disk whose turn it is. */
export function imageOfDisk(job: TransferJob, { disk }: TransferJobData): string {
  return disk?.image_id ?? imageOf(job);
}

/** The data with which the next disk begins; null when none waits. */
export function nextDisk(job: TransferJob, data: TransferJobData, object: StoredObject): TransferJobData | null {
  const [disk, ...waiting] = data.waiting ?? [];
  if (disk === undefined) return null;
  const { etag } = required(data.sealed, 'sealed');
  return { disk, waiting, stored: [...(data.stored ?? []), { image_id: imageOfDisk(job, data), object, etag }] };
}

/** A phase of one disk sees its own; what it tells of its progress is told as that of all disks. */
export function acrossDisks(context: TransferJobContext): TransferJobContext {
  const { stored = [], waiting = [] } = context.data;
  if (stored.length + waiting.length === 0) return context;
  const before = stored.reduce((sum, { object }) => sum + BigInt(object.size), 0n);
  const after = waiting.reduce((sum, { size }) => sum + BigInt(size), 0n);
  return partOfTheWork(context, { before, after });
}
