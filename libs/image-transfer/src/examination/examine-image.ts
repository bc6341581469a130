import type { HeldObject, ReadinessReport } from '@imago/contracts';
import type { DiskReader } from '@imago/disk-image';
import type { ObjectStore } from '@imago/object-store';
import { type Declared, examineDisk } from '@imago/readiness';
import { openImageDisk } from '../stored-image/image-file.ts';
import { type Look, lookAtDisk } from './look-at-disk.ts';
import { fittingReport, unexaminedReport } from './report.ts';

/** How an image is examined. */
export interface Examination extends Pick<Look<unknown>, 'signal' | 'moved' | 'patience'> {
  /** What its owner says of it. */
  readonly declared: Declared;
}

/** What an examination came to. */
export interface Examined {
  readonly report: ReadinessReport;
  /** Why the disk was not looked at, for the log; null when it was. */
  readonly failure: unknown;
}

/**
 * Looks at the disk in an image as it is stored, layers and all: what is reported is what servers read. Whatever is
 * wrong with the disk, or with the look at it, is a report; only a store that does not answer is thrown, which may pass.
 */
export function examineImage(store: ObjectStore, object: HeldObject, examination: Examination): Promise<Examined> {
  return examineOpened((signal) => openImageDisk(store, object, signal), examination);
}

/** The same of a disk that is still to be opened. */
export async function examineOpened(
  open: (signal: AbortSignal) => Promise<Pick<DiskReader, 'virtualSize' | 'read'>>,
  { declared, ...rest }: Examination,
  examine: typeof examineDisk = examineDisk,
): Promise<Examined> {
  const { result, failure } = await lookAtDisk(open, {
    ...rest,
    look: async (disk, signal) => fittingReport(await examine(disk, declared, { signal })),
    unlooked: (why) => unexaminedReport(declared, why),
  });
  return { report: result, failure };
}
