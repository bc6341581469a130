import type { UnscannedCode } from '@imago/contracts';
import { findProgram } from '@imago/service';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { IMPORT_CONFIG } from '../../config-token.ts';
import type { ImportConfig } from '../../config.ts';
import { ClamdProcess, ScannerStartError } from './clamd-process.ts';
import { readSignatureDatabase, type SignatureDatabase } from './signature-database.ts';

/** Milliseconds of a day. */
const DAY = 86_400_000;
/** Also where a plain user's PATH does not look. */
const SYSTEM_PATHS = '/usr/sbin:/usr/bin:/sbin:/bin';

/** There is nothing to scan with that would be believed. */
export class NoScannerError extends Error {
  override readonly name = 'NoScannerError';

  constructor(
    readonly code: UnscannedCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A scanner at work, and what it knows. */
export interface ReadyScanner {
  readonly process: ClamdProcess;
  readonly database: SignatureDatabase;
}

/**
 * The one scanner of this process. It is started by the first scan, because signatures take memory and time, is shared by
 * all, makes room for another one when the signatures change, and ends when nobody has needed it for a while.
 */
@Injectable()
export class Scanner implements OnApplicationShutdown {
  readonly #logger = new Logger(Scanner.name);
  #ready: (ReadyScanner & { readonly fingerprint: string }) | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(@Inject(IMPORT_CONFIG) private readonly config: ImportConfig) {}

  /**
   * Works with a scanner. It is asked for anew whenever the one before died.
   * @throws NoScannerError from `scanner`, and what the work throws
   */
  async during<T>(work: (scanner: (signal: AbortSignal) => Promise<ReadyScanner>) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#users += 1;
    try {
      return await work((signal) => this.#next(() => this.#provide(signal)));
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#restLater();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#next(() => this.#stop());
  }

  #restLater(): void {
    this.#idle = setTimeout(() => {
      void this.#next(() => (this.#users === 0 ? this.#stop() : Promise.resolve())).catch((error: unknown) => {
        this.#logger.error({ err: error }, 'the scanner cannot be stopped');
      });
    }, this.config.IMPORT_SCAN_IDLE_SECONDS * 1000).unref();
  }

  /** One after the other: two scans that begin together share what the first one starts. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #provide(signal: AbortSignal): Promise<ReadyScanner> {
    signal.throwIfAborted();
    const database = await this.#database();
    const isUsable = this.#ready?.process.isAlive === true;
    // Whoever works with the old signatures goes on with them: the next scan that is alone has the new ones.
    const isCurrent = this.#ready?.fingerprint === database.fingerprint || this.#users > 1;
    if (this.#ready !== null && isUsable && isCurrent) return this.#ready;
    await this.#stop();
    const { config } = this;
    const [clamd, bubblewrap, prlimit] = await Promise.all([
      this.#program(config.IMPORT_SCAN_CLAMD, 'scanner_missing'),
      this.#program(config.IMPORT_SCAN_BUBBLEWRAP, 'sandbox_unavailable'),
      this.#program('prlimit', 'sandbox_unavailable'),
    ]);
    const process = await ClamdProcess.start(
      {
        ...{ clamd, bubblewrap, prlimit, signatures: database.directory },
        memoryMib: config.IMPORT_SCAN_MEMORY_MIB,
        fileMib: config.IMPORT_SCAN_FILE_MIB,
        startSeconds: config.IMPORT_SCAN_START_SECONDS,
      },
      signal,
    ).catch((error: unknown) => {
      throw error instanceof ScannerStartError ? this.#notStarted(error) : error;
    });
    this.#ready = { process, database, fingerprint: database.fingerprint };
    this.#logger.log({ version: process.version, built_at: database.builtAt.toISOString() }, 'the scanner is ready');
    return this.#ready;
  }

  async #stop(): Promise<void> {
    const ready = this.#ready;
    this.#ready = null;
    await ready?.process.stop();
  }

  #notStarted(error: ScannerStartError): NoScannerError {
    this.#logger.error({ err: error }, 'the scanner does not start');
    return error.code === 'sandbox_unavailable'
      ? new NoScannerError('sandbox_unavailable', 'The scanner cannot be shut in on this machine.', { cause: error })
      : new NoScannerError('scanner_failed', 'The scanner does not start.', { cause: error });
  }

  async #database(): Promise<SignatureDatabase> {
    const { IMPORT_SCAN_SIGNATURES: directory, IMPORT_SCAN_SIGNATURE_DAYS: days } = this.config;
    const database = await readSignatureDatabase(directory);
    if (database === null) throw new NoScannerError('database_missing', 'The scanner has no signature database.');
    const builtAt = database.builtAt.toISOString();
    if (database.builtAt.getTime() + days * DAY < Date.now())
      throw new NoScannerError(
        'database_outdated',
        `The signature database is of ${builtAt}, older than ${days} days.`,
      );
    return database;
  }

  async #program(name: string, code: UnscannedCode): Promise<string> {
    const path = await findProgram(name, `${this.config.PATH}:${SYSTEM_PATHS}`);
    if (path !== null) return path;
    throw new NoScannerError(code, `The program ${name} is not installed where images are scanned.`);
  }
}
