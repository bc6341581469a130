import { refusal, type RegisteredFacts } from '@imago/contracts';
import type { Inspection } from '@imago/disk-image';

const GIB = 2 ** 30;

/** The smallest system disk that a disk fits into, GiB. */
export function neededDisk({ virtualSize }: Pick<Inspection, 'virtualSize'>): number {
  return Math.ceil(virtualSize / GIB);
}

/**
 * Any disk fits where nobody said how large the system disk is.
 * @throws Refusal image.disk_too_small with the figures
 */
export function requireDiskToFit({ min_disk }: Pick<RegisteredFacts, 'min_disk'>, inspection: Inspection): void {
  const { virtualSize } = inspection;
  if (min_disk === 0 || virtualSize <= min_disk * GIB) return;
  const needed = neededDisk(inspection);
  throw refusal(
    'image.disk_too_small',
    `The file holds a disk of ${virtualSize} bytes, which needs ${needed} GiB; the system disk has ${min_disk} GiB.`,
    { min_disk, needed_min_disk: needed, virtual_size: virtualSize.toString() },
  );
}
