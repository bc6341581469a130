import { Problem } from '../gateway/problem.ts';
import type { Hasher } from './file-hasher.ts';
import { partSizeFor } from './part-plan.ts';
import { Patience, type Wait } from './patience.ts';
import { pause } from './pause.ts';
import type { PutPart } from './put-part.ts';
import { sendParts } from './send-parts.ts';
import { TransferPace } from './transfer-pace.ts';
import type { Upload, UploadDoor, UploadInStore } from './upload-door.ts';

/**
 * `checking`: what is there of the file already is found out. `waiting`: the gateway or the store does not answer, and is
 * tried again. `completing`: the store has all of it, and makes one object of the parts. `paused` and `failed`: it goes on
 * when it is asked to.
 */
export type UploadPhase = 'checking' | 'sending' | 'waiting' | 'paused' | 'completing' | 'completed' | 'failed';

export interface UploadState {
  readonly phase: UploadPhase;
  /** As the gateway knows it; null until it does. */
  readonly upload: Upload | null;
  readonly size: number;
  /** Bytes the store has or is getting. */
  readonly arrived: number;
  /** Bytes a second, and seconds to go; null where that is not known. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
  /** Why it failed. */
  readonly error: unknown;
}

/** An upload that ended by itself, for a reason of the gateway's. */
export class UploadEndedError extends Error {
  override readonly name = 'UploadEndedError';
  readonly code: string | null;
  readonly remedy: string | null;

  constructor({ state, error }: Upload) {
    super(error?.message ?? `The upload is ${state}.`);
    this.code = error?.code ?? null;
    this.remedy = error?.remedy ?? null;
  }
}

export interface FileUploadOptions {
  readonly file: File;
  readonly hasher: Hasher;
  readonly put: PutPart;
  /** The upload to go on with; null: an open one of the same file, else a new one. */
  readonly upload: Upload | null;
  /** Told of the upload as soon as there is one. */
  readonly onUpload?: (upload: Upload) => void;
  readonly wait?: Wait;
}

/** Milliseconds between two pictures, and between two looks at an upload that is being completed. */
const PICTURE = 200;
const LOOK = 700;
/** Characters of a file's name the gateway keeps; the end says more than the beginning. */
const LONGEST_NAME = 255;
/** Passes over the file: a second one only when the store has lost parts meanwhile. */
const PASSES = 3;

/** A file on its way to the store: it can be paused, and goes on from where it was. */
export class FileUpload {
  readonly file: File;
  readonly #options: FileUploadOptions;
  readonly #listeners = new Set<() => void>();
  readonly #patience: Patience;
  readonly #pace = new TransferPace();
  readonly #parts = new Map<number, number>();
  readonly #key = `${Date.now()}-${Math.random()}`;
  #phase: UploadPhase = 'paused';
  #door: UploadDoor | null = null;
  #isWaiting = false;
  #upload: Upload | null;
  #error: unknown = null;
  #run: AbortController | null = null;
  #state: UploadState;
  #picture: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FileUploadOptions) {
    this.file = options.file;
    this.#options = options;
    this.#upload = options.upload;
    this.#patience = new Patience({
      ...(options.wait !== undefined && { wait: options.wait }),
      onWaiting: (isWaiting) => {
        this.#isWaiting = isWaiting;
        this.#draw();
      },
    });
    this.#state = this.#now();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): UploadState => this.#state;

  /** Begins, or goes on after a pause or a failure. Answers when it stops, for whatever reason. */
  async start(door: UploadDoor): Promise<void> {
    if (this.#run !== null) return;
    const run = new AbortController();
    this.#door = door;
    this.#run = run;
    this.#error = null;
    this.#become('checking');
    try {
      await this.#send(door, run.signal);
      this.#become('completed');
    } catch (error) {
      if (run.signal.aborted) return;
      this.#error = error;
      this.#become('failed');
    } finally {
      if (this.#run === run) this.#run = null;
    }
  }

  /** What is on its way is sent again later; what has arrived stays. */
  pause(): void {
    if (this.#run === null) return;
    this.#run.abort(new DOMException('The upload was paused.', 'AbortError'));
    this.#run = null;
    this.#become('paused');
  }

  /** Gives it up for good: what was sent is erased. */
  async abandon(): Promise<void> {
    this.pause();
    if (this.#upload !== null) await this.#door?.delete(this.#upload.id).catch(ignoreMissing);
  }

  async #send(door: UploadDoor, signal: AbortSignal): Promise<void> {
    const { id } = await this.#found(door, signal);
    for (let pass = 1; ; pass++) {
      const upload = await this.#ask(signal, () => door.show(id, signal));
      if (upload.state === 'open') {
        await this.#sendParts(door, upload, signal);
        this.#become('completing');
        try {
          await this.#ask(signal, () => door.complete(id, signal));
        } catch (error) {
          const isLost = error instanceof Problem && error.code === 'upload.parts_missing';
          if (!isLost || pass === PASSES) throw error;
          continue;
        }
      }
      return this.#completed(door, id, signal);
    }
  }

  async #found(door: UploadDoor, signal: AbortSignal): Promise<Upload> {
    const { hasher, file, onUpload } = this.#options;
    if (this.#upload === null) {
      const fingerprint = await hasher.fingerprintOf(file);
      signal.throwIfAborted();
      const known = await this.#ask(signal, () => door.find(fingerprint, signal));
      const same = known.find(({ size }) => size === String(file.size));
      const wanted = {
        name: file.name.slice(-LONGEST_NAME),
        size: file.size,
        part_size: partSizeFor(file.size),
        fingerprint,
      };
      this.#upload = same ?? (await this.#ask(signal, () => door.start(wanted, this.#key, signal)));
    }
    onUpload?.(this.#upload);
    return this.#upload;
  }

  async #sendParts(door: UploadDoor, upload: UploadInStore, signal: AbortSignal): Promise<void> {
    const { file, hasher, put } = this.#options;
    let begun = false;
    this.#parts.clear();
    const missing = new Set(upload.missing_parts);
    await sendParts(upload, {
      ...{ file, door, hasher, put, signal, patience: this.#patience },
      onPart: (part, bytes) => {
        if (signal.aborted) return;
        this.#parts.set(part, bytes);
        if (missing.has(part) && !begun) {
          begun = true;
          this.#pace.restart(this.#arrived);
          this.#become('sending');
        }
        if (begun) this.#pace.at(this.#arrived);
        this.#draw();
      },
    });
  }

  /** @throws UploadEndedError */
  async #completed(door: UploadDoor, id: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#upload = await this.#ask(signal, () => door.show(id, signal));
      if (this.#upload.state === 'completed') return;
      if (this.#upload.state !== 'completing') throw new UploadEndedError(this.#upload);
      this.#become('completing');
      await (this.#options.wait ?? pause)(LOOK, signal);
    }
  }

  #ask<T>(signal: AbortSignal, asking: () => Promise<T>): Promise<T> {
    return this.#patience.with(signal, asking);
  }

  get #arrived(): number {
    return [...this.#parts.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  #become(phase: UploadPhase): void {
    this.#phase = phase;
    this.#show();
  }

  /** In a moment: bytes come more often than eyes see. */
  #draw(): void {
    this.#picture ??= setTimeout(() => {
      this.#show();
    }, PICTURE);
  }

  #show(): void {
    clearTimeout(this.#picture);
    this.#picture = undefined;
    this.#state = this.#now();
    for (const listener of this.#listeners) listener();
  }

  #now(): UploadState {
    const { size } = this.file;
    const isDone = this.#phase === 'completing' || this.#phase === 'completed';
    const arrived = isDone ? size : Math.min(size, this.#arrived);
    const flows = this.#phase === 'sending' && !this.#isWaiting;
    const waits = this.#isWaiting && this.#phase !== 'paused' && this.#phase !== 'failed';
    return {
      phase: waits ? 'waiting' : this.#phase,
      ...{ upload: this.#upload, size, arrived, error: this.#error },
      rate: flows ? this.#pace.rate : null,
      secondsLeft: flows ? this.#pace.secondsFor(size - arrived) : null,
    };
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Problem && error.status === 404)) throw error;
}
