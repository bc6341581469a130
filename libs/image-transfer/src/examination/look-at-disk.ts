import type { DiskReader } from '@imago/disk-image';
import { type JobRecord, untilAborted } from '@imago/jobs';
import type { ExaminedDisk } from '@imago/readiness';
import { isDamage } from '../stored-image/flattened-source.ts';
import { LOOKING, StoredDisk } from './stored-disk.ts';

/** Milliseconds a look at a disk may take: its image waits for it, and shorter than an attempt may stand still. */
const PATIENCE = 45_000;

/** A look at a disk: what it is for, and what is said when nothing comes of it. */
export interface Look<Result> {
  readonly look: (disk: ExaminedDisk, signal: AbortSignal) => Promise<Result>;
  /** @param why in a sentence. */
  readonly unlooked: (why: string) => Result;
  readonly signal: AbortSignal;
  /** Called whenever bytes have come. */
  readonly moved: () => void;
  /** Milliseconds it may take. */
  readonly patience?: number;
}

/** What a look came to. */
export interface Looked<Result> {
  readonly result: Result;
  /** Why the disk was not looked at, for the log; null when it was. */
  readonly failure: unknown;
}

/**
 * Looks at a disk that is still to be opened. Whatever is wrong with the disk, or with the look at it, is a result; only a
 * source that does not answer is thrown, which may pass.
 */
export async function lookAtDisk<Result>(
  open: (signal: AbortSignal) => Promise<Pick<DiskReader, 'virtualSize' | 'read'>>,
  { look, unlooked, signal, moved, patience = PATIENCE }: Look<Result>,
): Promise<Looked<Result>> {
  const enough = AbortSignal.timeout(patience);
  const ends = AbortSignal.any([signal, enough]);
  const failed = (why: string, failure: unknown): Looked<Result> => ({ result: unlooked(why), failure });
  let disk: StoredDisk | null = null;
  try {
    disk = new StoredDisk(await untilAborted(open(ends), ends), moved, LOOKING);
    return { result: await untilAborted(look(disk, ends), ends), failure: null };
  } catch (error) {
    signal.throwIfAborted();
    if (enough.aborted) return failed(`The disk was not looked at within ${patience / 1000} seconds.`, error);
    if (isDamage(disk?.failure ?? error)) return failed('The image cannot be read in full.', error);
    if (disk === null || disk.failure !== null) throw error;
    return failed('The disk could not be looked at; the operator has been alerted.', error);
  }
}

/** What is said when the last attempt of a job comes, which may follow workers that died of this disk. */
export const NOT_LOOKED_AT_AGAIN = 'The disk could not be looked at, time after time.';

/** Whether a job that may have so many attempts in a phase has its last one, in which it does not look at the disk. */
export function isLastAttempt({ attempt }: Pick<JobRecord<unknown, unknown>, 'attempt'>, attempts: number): boolean {
  return attempt > 1 && attempt >= attempts;
}
