import { type Progress, required, WorkProgress } from '@imago/jobs';
import type { ImportData, ImportJob } from './import-job.ts';

/** How far an import is, in bytes of what it reads: of the whole file for its checksum first, then of the disk in it. */
export interface ImportProgress {
  /** @param bytes of the file, hashed so far. */
  checked(bytes: number): Progress;
  /** @param bytes of the disk, stored so far. */
  stored(bytes: number): Progress;
  /** @param progress with what is imported, of whoever copies it as it is. */
  copied(progress: Progress): Progress;
  /** @param bytes of the object, read back so far, of `size`. */
  readBack(bytes: number, size: number): Progress;
}

/** The one counter of an import, once its inspection is done. */
export function importProgress({ input }: Pick<ImportJob, 'input'>, data: ImportData): ImportProgress {
  const disk = BigInt(required(data.inspection, 'inspection').allocated_bytes);
  // What was packed was hashed when it was unpacked, before anything was counted.
  const isHashed = input.checksum !== null && (input.compression ?? null) === null;
  const file = !isHashed ? 0n : BigInt(required(data.source, 'source').size);
  const work = new WorkProgress(disk);
  const after = ({ bytes_done }: Progress): Progress => ({ bytes_done: file + bytes_done, bytes_total: file + disk });
  return {
    checked: (bytes) => ({ bytes_done: BigInt(bytes), bytes_total: file + disk }),
    copied: after,
    stored: (bytes) => after(work.stored(bytes)),
    readBack: (bytes, size) => after(work.readBack(bytes, size)),
  };
}
