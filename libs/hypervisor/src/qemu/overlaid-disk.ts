import { type Extent, openOverlay, type Overlay, STORED_CLUSTER_SIZE } from '@imago/disk-image';
import { type DiskExport, HypervisorError } from '../hypervisor.ts';
import { OverlayFile } from './overlay-file.ts';

/** The disk below an overlay. */
export interface BaseDisk {
  /** Bytes. */
  readonly size: number;
  read(offset: number, target: Buffer, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** A disk as its server sees it: what the overlay has, over the base. */
export class OverlaidDisk implements DiskExport {
  readonly size: number;
  readonly revision: string;
  readonly #file: OverlayFile;
  readonly #overlay: Overlay;
  readonly #base: BaseDisk | null;
  readonly #over = new AbortController();
  readonly #reads = new Set<Promise<void>>();
  readonly #closed = Promise.withResolvers<undefined>();

  private constructor(file: OverlayFile, overlay: Overlay, base: BaseDisk | null) {
    this.size = overlay.virtualSize;
    this.revision = file.revision;
    this.#file = file;
    this.#overlay = overlay;
    this.#base = base;
  }

  /** The base is closed with the disk, also when that cannot be opened. @throws Error for a damaged overlay. */
  static async open(path: string, base: BaseDisk | null): Promise<OverlaidDisk> {
    let file: OverlayFile | undefined;
    try {
      file = await OverlayFile.open(path);
      return new OverlaidDisk(file, await openOverlay(file), base);
    } catch (error) {
      await file?.close();
      base?.close();
      throw error;
    }
  }

  async changed(): Promise<readonly Extent[]> {
    const changed: { offset: number; length: number }[] = [];
    for (const { offset, length } of this.#overlay.ownRuns(0, this.size)) {
      const start = Math.floor(offset / STORED_CLUSTER_SIZE) * STORED_CLUSTER_SIZE;
      const end = Math.min(Math.ceil((offset + length) / STORED_CLUSTER_SIZE) * STORED_CLUSTER_SIZE, this.size);
      const last = changed.at(-1);
      if (last !== undefined && last.offset + last.length >= start) last.length = end - last.offset;
      else changed.push({ offset: start, length: end - start });
    }
    await this.#file.requireSame(); // the tables were read long ago
    return changed;
  }

  async read(offset: number, target: Buffer, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#over.signal]);
    until.throwIfAborted();
    const reading = this.#read(offset, target, until).finally(() => this.#reads.delete(reading));
    this.#reads.add(reading);
    await reading;
  }

  /** When it has been closed. */
  get closed(): Promise<undefined> {
    return this.#closed.promise;
  }

  async close(): Promise<void> {
    if (!this.#over.signal.aborted) {
      this.#over.abort(new HypervisorError('The disk is not read any more.'));
      this.#base?.close();
      await Promise.allSettled(this.#reads);
      await this.#file.close();
      this.#closed.resolve(undefined);
    }
    await this.closed;
  }

  async #read(offset: number, target: Buffer, signal: AbortSignal): Promise<void> {
    const parts: Promise<void>[] = [];
    let done = 0;
    for (const run of [...this.#overlay.ownRuns(offset, target.length)]) {
      const from = run.offset - offset;
      parts.push(this.#readBase(offset + done, target.subarray(done, from), signal));
      done = from + run.length;
      parts.push(this.#overlay.readInto(run.offset, target.subarray(from, done), signal));
    }
    parts.push(this.#readBase(offset + done, target.subarray(done), signal));
    // All of them, because the caller does as it likes with the target after that.
    const failed = (await Promise.allSettled(parts)).find((part) => part.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    signal.throwIfAborted();
    await this.#file.requireSame();
  }

  async #readBase(offset: number, target: Buffer, signal: AbortSignal): Promise<void> {
    const length = Math.max(0, Math.min(target.length, (this.#base?.size ?? 0) - offset));
    target.fill(0, length);
    if (length > 0) await this.#base?.read(offset, target.subarray(0, length), signal);
  }
}
