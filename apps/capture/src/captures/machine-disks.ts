import { imageOf, partOfTheWork, required } from '@imago/jobs';
import { v5 as uuidv5 } from 'uuid';
import { type LockAnswer, lockedDisk } from '../exports/locked-disk.ts';
import type { ImageJob, ImageJobContext, ImageJobData, StoredDisk, WaitingDisk } from '../jobs/image-job.ts';
import { dataDiskDeclared, originOf } from './capture-facts.ts';

/**
 * The disks of a full machine are captured one after the other by the same phases: the data of the job are those of the
 * disk whose turn it is, beside them lie those that are stored and those that wait. Only when none waits the job ends,
 * with all of them or with nothing.
 */

/** The image of a disk of a machine, the same whenever it is asked for. */
export function diskImageId(job: ImageJob, diskId: string): string {
  return uuidv5(diskId, imageOf(job));
}

/** The data disks of a locked machine, in their order. */
export function waitingDisks(job: ImageJob, { server, data_disks }: LockAnswer): readonly WaitingDisk[] {
  return data_disks.map((disk) => ({
    image_id: diskImageId(job, disk.id),
    origin: originOf({ server, disk }),
    declared: dataDiskDeclared(),
    disk: lockedDisk(disk),
  }));
}

/** The image of the disk whose turn it is. */
export function imageOfDisk(job: ImageJob, data: ImageJobData): string {
  return data.disk_image_id ?? imageOf(job);
}

/** All disks of a job whose last one is stored, too; the system disk, or the only one, first. */
export function allStored(job: ImageJob): readonly [StoredDisk, ...StoredDisk[]] {
  const last = storedDisk(job, job.data);
  const [first, ...others] = job.data.stored ?? [];
  return first === undefined ? [last] : [first, ...others, last];
}

/** The data with which the next disk begins; null when none waits. */
export function nextDisk(job: ImageJob, data: ImageJobData): ImageJobData | null {
  const [next, ...waiting] = data.waiting ?? [];
  if (next === undefined) return null;
  const { image_id, origin, declared, disk } = next;
  const stored = [...(data.stored ?? []), storedDisk(job, data)];
  return { disk_image_id: image_id, origin, declared, disk, stored, waiting };
}

/** A phase of one disk sees its own; what it tells of its progress is told as that of all disks. */
export function acrossDisks(context: ImageJobContext): ImageJobContext {
  const { stored = [], waiting = [] } = context.data;
  if (stored.length + waiting.length === 0) return context;
  return partOfTheWork(context, { before: sumOf(stored), after: sumOf(waiting) });
}

function sumOf(disks: readonly { readonly work?: string }[]): bigint {
  return disks.reduce((sum, { work = '0' }) => sum + BigInt(work), 0n);
}

function storedDisk(job: ImageJob, data: ImageJobData): StoredDisk {
  return {
    image_id: imageOfDisk(job, data),
    origin: required(data.origin, 'origin'),
    object: required(data.object, 'object'),
    sealed: required(data.sealed, 'sealed'),
    verified: required(data.verified, 'verified'),
    work: required(data.work, 'work'),
  };
}
