import type { ByteSource } from '@imago/disk-image';
import type { ObjectStore } from '@imago/object-store';

/** A sealed object of the store, which nobody ever writes again, read in ranges. */
export class ObjectSource implements ByteSource {
  constructor(
    private readonly store: ObjectStore,
    private readonly key: string,
    readonly size: number,
  ) {}

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  /** @throws ObjectNotFoundError when it is gone. */
  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    const length = target.length;
    await this.store.read(this.key, { offset, length, into: target, ...(signal === undefined ? {} : { signal }) });
  }
}
