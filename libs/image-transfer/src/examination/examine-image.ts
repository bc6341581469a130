import type { HeldObject, ReadinessReport } from '@imago/contracts';
import type { DiskReader } from '@imago/disk-image';
import { untilAborted } from '@imago/jobs';
import type { ObjectStore } from '@imago/object-store';
import { type Declared, examineDisk } from '@imago/readiness';
import { isDamage } from '../stored-image/flattened-source.ts';
import { openImageDisk } from '../stored-image/image-file.ts';
import { fittingReport, unexaminedReport } from './report.ts';
import { StoredDisk } from './stored-disk.ts';

/** Milliseconds a look at a disk may take: its image waits for it, and shorter than an attempt may stand still. */
const PATIENCE = 45_000;

/** How an image is examined. */
export interface Examination {
  /** What its owner says of it. */
  readonly declared: Declared;
  readonly signal: AbortSignal;
  /** Called whenever bytes have come. */
  readonly moved: () => void;
  /** Milliseconds it may take. */
  readonly patience?: number;
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
  { declared, signal, moved, patience = PATIENCE }: Examination,
  examine: typeof examineDisk = examineDisk,
): Promise<Examined> {
  const enough = AbortSignal.timeout(patience);
  const ends = AbortSignal.any([signal, enough]);
  const unexamined = (why: string, failure: unknown): Examined => ({
    report: unexaminedReport(declared, why),
    failure,
  });
  let disk: StoredDisk | null = null;
  try {
    disk = new StoredDisk(await untilAborted(open(ends), ends), moved);
    const report = await untilAborted(examine(disk, declared, { signal: ends }), ends);
    return { report: fittingReport(report), failure: null };
  } catch (error) {
    signal.throwIfAborted();
    if (enough.aborted) return unexamined(`The disk was not looked at within ${patience / 1000} seconds.`, error);
    if (isDamage(disk?.failure ?? error)) return unexamined('The image cannot be read in full.', error);
    if (disk === null || disk.failure !== null) throw error;
    return unexamined('The disk could not be looked at; the operator has been alerted.', error);
  }
}
