import type { ByteSource } from '@imago/disk-image';
import type { ObjectStore } from '@imago/object-store';

/** An object as it was when somebody began to read it, read in ranges; one that was replaced since is refused. */
export class ObjectSource implements ByteSource {
  private constructor(
    private readonly store: ObjectStore,
    private readonly key: string,
    private readonly etag: string,
    readonly size: number,
  ) {}

  /** @throws ObjectNotFoundError */
  static async open(store: ObjectStore, key: string, signal: AbortSignal): Promise<ObjectSource> {
    const { etag, size } = await store.head(key, signal);
    return new ObjectSource(store, key, etag, size);
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  /** @throws ObjectNotFoundError | ObjectChangedError */
  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    await this.store.read(this.key, {
      offset,
      length: target.length,
      into: target,
      etag: this.etag,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}
