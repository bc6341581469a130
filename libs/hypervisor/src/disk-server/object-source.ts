import type { ByteSource } from '@imago/disk-image';
import type { ObjectFacts, ObjectStore } from '@imago/object-store';

/** The bytes of an object as they were when it was looked at; other bytes than those are refused. */
export class ObjectSource implements ByteSource {
  readonly size: number;

  constructor(
    private readonly store: ObjectStore,
    private readonly key: string,
    private readonly pin: ObjectFacts,
  ) {
    this.size = pin.size;
  }

  get etag(): string {
    return this.pin.etag;
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    const range = { offset, length: target.length, into: target, etag: this.pin.etag };
    await this.store.read(this.key, { ...range, ...(signal === undefined ? {} : { signal }) });
  }
}
