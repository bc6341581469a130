import { openImageDisk } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { imageScanned } from '../../scans/scan-events.ts';
import { unscanned } from '../../scans/scan-words.ts';
import { importProgress } from '../import-progress.ts';
import { storedObject } from './examine.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';

/** Milliseconds between two signs of life: a scanner that reads its signatures is silent for longer than a job may be. */
const SIGN_OF_LIFE = 1_000;

/**
 * Scans the files of what an operator brings before the project has it, and tells what was found. Whether that lets the
 * image be is decided after it is told. The last attempt, which may follow workers that died of this disk, does not look.
 * @param attempts how many a phase may have
 */
export function scan(tools: ImportTools, attempts: number): ImportPhase {
  return async ({ job, data, signal, progress }) => {
    const { size } = required(data.sealed, 'sealed');
    const done = importProgress(job, data).readBack(size, size);
    const life = setInterval(() => {
      progress(done);
    }, SIGN_OF_LIFE);
    try {
      const store = imageStore(tools, job);
      const disk = { prefix: '', open: (end: AbortSignal) => openImageDisk(store, storedObject(data), end) };
      const moved = (): void => {
        progress(done);
      };
      const found =
        job.attempt > 1 && job.attempt >= attempts
          ? unscanned('scanner_failed', 'The image could not be scanned, time after time.', {
              engine: null,
              seconds: 0,
              scanned_at: new Date().toISOString(),
            })
          : await tools.scanner.scan([disk], { signal, moved });
      const { status, seen, malware } = found;
      const scanned = { status, seen, malware: malware[0] ?? null };
      return { next: 'activate', data: { ...data, scanned }, tells: imageScanned(found) };
    } finally {
      clearInterval(life);
    }
  };
}
