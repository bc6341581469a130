import type { ImageScan } from '@imago/contracts';
import type { DiskReader } from '@imago/disk-image';
import { isDamage, READING_ALL, StoredDisk } from '@imago/image-transfer';
import { untilAborted } from '@imago/jobs';
import { SourceFailure } from '@imago/readiness';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import type { FileJudge } from './scanner/file-judge.ts';
import { NoScannerError, type ReadyScanner, Scanner } from './scanner/scanner.ts';
import { scanOf, unscanned } from './scan-words.ts';
import { Found } from './walk/found.ts';
import { scanDisk } from './walk/scan-disk.ts';

const MIB = 2 ** 20;
/** Scanners that one image may wear out: what kills one after the other is not looked at any further. */
const MOST_SCANNERS = 5;

/** A disk of an image that is to be scanned. */
export interface DiskOfImage {
  /** Before the names of its volumes: `data disk 1, `; nothing for the only one, or the system disk. */
  readonly prefix: string;
  readonly open: (signal: AbortSignal) => Promise<Pick<DiskReader, 'virtualSize' | 'read'>>;
}

/** How an image is scanned. */
export interface ScanOptions {
  readonly signal: AbortSignal;
  /** Told how many bytes of files were scanned, or nothing: only that it goes on. */
  readonly moved: (bytes: number) => void;
}

/** One scan under way. */
interface UnderWay extends ScanOptions {
  readonly found: Found;
  /** Aborts when the scan has had its time, too. */
  readonly ends: AbortSignal;
  engine: ImageScan['engine'];
}

/**
 * Scans all files of an image for malware and secrets. Whatever is in it, and whatever the scanner does, there is an
 * answer within the time a scan has.
 */
@Injectable()
export class ScanImage {
  readonly #logger = new Logger(ScanImage.name);

  constructor(
    private readonly scanner: Scanner,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  /** @throws what the store fails with, which may pass, and what the signal throws */
  async scan(disks: readonly DiskOfImage[], options: ScanOptions): Promise<ImageScan> {
    const began = performance.now();
    const time = AbortSignal.timeout(this.config.IMPORT_SCAN_SECONDS * 1000);
    const ends = AbortSignal.any([options.signal, time]);
    const scan: UnderWay = { ...options, ends, found: new Found(), engine: null };
    const ended = (): Pick<ImageScan, 'seconds' | 'scanned_at' | 'engine'> => ({
      engine: scan.engine,
      seconds: Math.round(performance.now() - began) / 1000,
      scanned_at: new Date().toISOString(),
    });
    try {
      await this.scanner.during((provide) => this.#all(disks, scan, provide));
    } catch (error) {
      const why = this.#whyNot(error, scan, time);
      if (why !== null) return unscanned(why.code, why.message, ended());
    }
    return scanOf(scan.found, ended());
  }

  async #all(
    disks: readonly DiskOfImage[],
    scan: UnderWay,
    provide: (signal: AbortSignal) => Promise<ReadyScanner>,
  ): Promise<void> {
    const { found, ends, moved } = scan;
    const used = new Set<FileJudge>();
    const judge = async (signal: AbortSignal): Promise<FileJudge> => {
      const { process, database } = await provide(signal);
      used.add(process);
      if (used.size > MOST_SCANNERS) throw new NoScannerError('scanner_failed', 'The scanner ended again and again.');
      scan.engine = { version: process.version, database_built_at: database.builtAt.toISOString() };
      return process;
    };
    await untilAborted(judge(ends), ends);
    const fileBytes = this.config.IMPORT_SCAN_FILE_MIB * MIB;
    const movedOn = (): void => {
      moved(0);
    };
    for (const { prefix, open } of disks) {
      const reader = await untilAborted(open(ends), ends);
      const disk = new StoredDisk(reader, movedOn, READING_ALL);
      await untilAborted(scanDisk(disk, { judge, found, prefix, fileBytes, signal: ends, moved }), ends);
    }
  }

  /** Why nothing of it counts; null when what was found counts all the same, and is not all. */
  #whyNot(
    error: unknown,
    { signal, found }: UnderWay,
    time: AbortSignal,
  ): Pick<NoScannerError, 'code' | 'message'> | null {
    signal.throwIfAborted();
    if (time.aborted) {
      found.gap('time_spent', 'the image');
      return null;
    }
    if (error instanceof NoScannerError) {
      if (found.files === 0) return error;
      found.gap('scanner_failed', 'the image');
      return null;
    }
    const cause: unknown = error instanceof SourceFailure ? error.cause : error;
    if (!isDamage(cause)) throw cause;
    this.#logger.error({ err: cause }, 'an image that is scanned cannot be read as it was stored');
    return { code: 'disk_unreadable', message: 'The image cannot be read in full.' };
  }
}
