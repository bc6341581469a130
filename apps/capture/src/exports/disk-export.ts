import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { DomainError, refusal } from '@imago/contracts';
import type { Extent } from '@imago/disk-image';
import { ExportAwayError, ExportFaultyError } from './export-errors.ts';
import { readMap } from './export-map.ts';
import { askExport, type ExportAccess, type ExportRequest } from './export-request.ts';

export interface ExportOptions {
  /** Bytes of the disk. */
  readonly size: number;
  readonly access: ExportAccess;
  /** Asks where the export is now. Rejects for good when the lock is gone, with `unavailable` while compute is away. */
  readonly lookAgain: () => Promise<ExportAccess>;
  /** Milliseconds without a byte after which a connection is given up. */
  readonly patience: number;
}

/** Answers without the bytes, one after the other, after which the disk cannot be read. */
const MOST_FAULTS = 4;
/** Milliseconds before the second try, doubled with each one up to the last. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 3_000;
const CONNECTIONS = 8;

/**
 * A locked disk, as its host gives it out. While the host is away or moves the export, reads wait and look for it again;
 * how long, whoever reads decides by the signal. Nothing the export says is believed: another range, more bytes than were
 * asked for or fewer are no data.
 */
export class DiskExport {
  readonly size: number;
  readonly #options: ExportOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  #access: ExportAccess;
  #looking: Promise<void> | null = null;

  constructor(options: ExportOptions) {
    this.size = options.size;
    this.#options = options;
    this.#access = options.access;
  }

  /**
   * The runs that were written since the server got the disk; null when they are too many to tell, and any of the disk
   * may be. @throws Refusal capture.disk_unreadable, or as `lookAgain` does
   */
  map(signal: AbortSignal): Promise<readonly Extent[] | null> {
    return this.#persist<readonly Extent[] | null>(signal, async (access) => {
      const reply = await askExport({ ...this.#request(access, signal), path: 'map' });
      return { progress: true, done: await readMap(reply, this.size) };
    });
  }

  /** Fills the target. @throws Refusal capture.disk_unreadable, or as `lookAgain` does */
  readInto(offset: number, target: Buffer, signal: AbortSignal): Promise<true> {
    let filled = 0;
    return this.#persist<true>(signal, async (access) => {
      const before = filled;
      const missing = target.subarray(filled);
      const range = { offset: offset + filled, length: missing.length };
      const reply = await askExport({ ...this.#request(access, signal), path: 'data', range });
      filled += await fill(reply, missing, signal);
      return filled === target.length ? { progress: true, done: true } : { progress: filled > before };
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(access: ExportAccess, signal: AbortSignal): Omit<ExportRequest, 'path'> {
    return { agent: this.#agent, access, signal, patience: this.#options.patience };
  }

  /** Tries until it is done. An answer that was cut short is gone on with; one without a byte is a fault. */
  async #persist<T>(signal: AbortSignal, attempt: (access: ExportAccess) => Promise<Outcome<T>>): Promise<T> {
    let faults = 0;
    for (let tries = 0; ; tries += 1) {
      signal.throwIfAborted();
      const access = this.#access;
      try {
        const outcome = await attempt(access);
        if ('done' in outcome) return outcome.done;
        if (!outcome.progress) throw new ExportFaultyError('The export answers without a byte');
        faults = 0;
        tries = -1;
        continue;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ExportAwayError || error instanceof ExportFaultyError)) throw error;
        if (error instanceof ExportFaultyError) faults += 1;
        if (faults === MOST_FAULTS) throw unreadable();
      }
      await pause(Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE), undefined, { signal });
      await this.#lookAgain(access);
    }
  }

  /** One look for all reads that wait. A neighbour that does not answer is asked again with the next try. */
  #lookAgain(failed: ExportAccess): Promise<void> {
    if (failed !== this.#access) return Promise.resolve();
    this.#looking ??= this.#options
      .lookAgain()
      .then(
        (access) => {
          this.#access = access;
        },
        (error: unknown) => {
          if (!isAway(error)) throw error;
        },
      )
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }
}

type Outcome<T> = { readonly progress: true; readonly done: T } | { readonly progress: boolean };

function isAway(error: unknown): boolean {
  return error instanceof DomainError && (error.kind === 'unavailable' || error.kind === 'timeout');
}

/** Copies the body to the target; what came before the connection broke is kept. @returns bytes */
async function fill(body: AsyncIterable<Buffer>, target: Buffer, signal: AbortSignal): Promise<number> {
  let filled = 0;
  try {
    for await (const chunk of body) {
      if (filled + chunk.length > target.length) {
        throw new ExportFaultyError('The export answers with more bytes than were asked for');
      }
      chunk.copy(target, filled);
      filled += chunk.length;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExportFaultyError) throw error;
    if (filled === 0) throw new ExportAwayError('The connection to the export broke', { cause: error });
  }
  return filled;
}

function unreadable(): Error {
  return refusal('capture.disk_unreadable', 'The disk of the server cannot be read.');
}
