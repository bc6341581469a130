import { type ByteSource, toldSource } from '@imago/disk-image';
import { ObjectSource, type ObjectStore } from '@imago/object-store';
import type { PinnedSource, SourceFile } from './source-file.ts';

/** A file in a bucket, of the region's store or of a tenant's own. */
export class StoredFile implements SourceFile {
  /** @param failure what a tenant is told of an error of the store. */
  constructor(
    private readonly store: ObjectStore,
    private readonly key: string,
    private readonly failure: (error: unknown) => unknown,
  ) {}

  async pin(signal: AbortSignal): Promise<PinnedSource> {
    const { etag, size } = await this.#told(() => this.store.head(this.key, signal));
    return { etag, size };
  }

  open(pin: PinnedSource, onArrival: () => void): ByteSource {
    const bytes = new ObjectSource(this.store, this.key, { ...pin, onArrival });
    return toldSource(bytes, (read) => this.#told(read));
  }

  async #told<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw this.failure(error);
    }
  }
}
