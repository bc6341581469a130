import type { MultipartUpload, ObjectStore, UploadedPart } from '@imago/object-store';
import type { UnpackedObject } from '../import-job.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** How the unpacked bytes are cut. S3 takes 10,000 parts of an object, of 5 MiB at least. */
export const CUTS = { part: 8 * MIB, object: 64 * GIB } as const;

export interface UnpackedObjectsOptions {
  /** A key that nobody has. */
  readonly newKey: () => string;
  readonly signal: AbortSignal;
  readonly cuts?: { readonly part: number; readonly object: number };
}

/**
 * Objects that what is unpacked is written into, one behind the other. How much will come is not known before, and S3 counts
 * parts: they stay small because there are more objects instead. One part is sent while the next is filled.
 */
export class UnpackedObjects {
  readonly #store: ObjectStore;
  readonly #options: UnpackedObjectsOptions;
  readonly #cuts: { readonly part: number; readonly object: number };
  readonly #done: UnpackedObject[] = [];
  #upload: MultipartUpload | undefined;
  #parts: Promise<UploadedPart>[] = [];
  /** Bytes of the object that is written. */
  #size = 0;
  /** One is filled while the other is sent: memory that is used again costs a process less than garbage does. */
  #memory: [filling: Buffer, sent: Buffer] | undefined;
  #bytes = 0;

  constructor(store: ObjectStore, options: UnpackedObjectsOptions) {
    this.#store = store;
    this.#options = options;
    this.#cuts = options.cuts ?? CUTS;
  }

  async add(bytes: Buffer): Promise<void> {
    const { part } = this.#cuts;
    this.#memory ??= [Buffer.allocUnsafeSlow(part), Buffer.allocUnsafeSlow(part)];
    for (let rest = bytes; rest.length > 0;) {
      const copied = rest.copy(this.#memory[0], this.#bytes);
      rest = rest.subarray(copied);
      this.#bytes += copied;
      if (this.#bytes === part) await this.#send();
      if (this.#size >= this.#cuts.object) await this.#seal();
    }
  }

  /** One object at least, in their order; all that was added is in them. */
  async complete(): Promise<readonly UnpackedObject[]> {
    if (this.#bytes > 0 || this.#done.length + this.#parts.length === 0) await this.#send();
    if (this.#upload !== undefined) await this.#seal();
    return this.#done;
  }

  async #send(): Promise<void> {
    await this.#parts.at(-1);
    const { newKey, signal } = this.#options;
    const upload = this.#upload ?? (await this.#store.createMultipart(newKey(), signal));
    this.#upload = upload;
    const [filled, sent] = this.#memory ?? [Buffer.alloc(0), Buffer.alloc(0)];
    const body = [filled.subarray(0, this.#bytes)];
    this.#memory = [sent, filled];
    this.#size += this.#bytes;
    this.#bytes = 0;
    const sending = this.#store.uploadPart(upload, this.#parts.length + 1, body, signal);
    sending.catch(() => undefined); // it is awaited with the next
    this.#parts.push(sending);
  }

  async #seal(): Promise<void> {
    const upload = this.#upload;
    if (upload === undefined) throw new Error('there is no object to seal');
    const parts = await Promise.all(this.#parts);
    const { etag } = await this.#store.completeMultipart(upload, parts, this.#options.signal);
    this.#done.push({ key: upload.key, etag, size: this.#size });
    [this.#upload, this.#parts, this.#size] = [undefined, [], 0];
  }
}
