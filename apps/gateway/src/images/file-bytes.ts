import { type ByteSource, fillFrom } from '@imago/disk-image';
import { ObjectNotFoundError, type ObjectStore } from '@imago/object-store';
import { etagOf } from './file-etag.ts';
import type { LayeredFiles, StoredFile } from './layered-files.ts';

/** Where the file of an image is, and how to ask again. */
export interface FilePlace {
  readonly store: ObjectStore;
  readonly file: StoredFile;
  /** Where it is now; null or a refusal when it is nowhere. */
  readonly locate: () => Promise<StoredFile | null>;
}

/**
 * The bytes of the file of an image, from one object or made of its layers. An image may be stored whole while somebody
 * reads its layers; it is read on where it is then, because every byte of it is the same.
 */
export class FileBytes {
  #file: StoredFile;
  /** What the layers give, once something was read of them. */
  #flattened: ByteSource | null = null;

  constructor(
    private readonly layered: LayeredFiles,
    private readonly place: FilePlace,
  ) {
    this.#file = place.file;
  }

  /**
   * Fills the memory. One read at a time.
   * @throws ObjectStoreError; Refusal image.not_found when the image is gone meanwhile.
   */
  async read(offset: number, into: Buffer, signal: AbortSignal): Promise<Buffer> {
    for (;;) {
      try {
        return await this.#readHere(offset, into, signal);
      } catch (error) {
        if (!(error instanceof ObjectNotFoundError) || !(await this.#follow())) throw error;
      }
    }
  }

  async #readHere(offset: number, into: Buffer, signal: AbortSignal): Promise<Buffer> {
    const { store } = this.place;
    if (this.#file.layers.length === 0) {
      return store.read(this.#file.key, { offset, length: into.length, into, signal });
    }
    this.#flattened ??= await this.layered.open(store, this.#file);
    await fillFrom(this.#flattened, offset, into, signal);
    return into;
  }

  /** Whether the same bytes are somewhere else now. */
  async #follow(): Promise<boolean> {
    this.layered.forget(this.#file);
    this.#flattened = null;
    const now = await this.place.locate();
    if (now === null || now.key === this.#file.key || etagOf(now) !== etagOf(this.#file)) return false;
    this.#file = now;
    return true;
  }
}
