import type { ObjectFacts, ObjectStore, RangeOptions } from './object-store.ts';

/**
 * The bytes of an object, read in ranges: what a reader of disks takes for a source. Pinned to an ETag, other bytes than
 * those are refused; without one the caller knows that nobody ever writes the object again.
 */
export class ObjectSource {
  readonly size: number;
  /** What it is pinned to. */
  readonly etag: string | undefined;
  readonly #onArrival: (() => void) | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly key: string,
    facts: Pick<ObjectFacts, 'size'> & Partial<ObjectFacts> & Pick<RangeOptions, 'onArrival'>,
  ) {
    this.size = facts.size;
    this.etag = facts.etag;
    this.#onArrival = facts.onArrival;
  }

  /** Looks at the object and pins it. @throws ObjectNotFoundError */
  static async open(store: ObjectStore, key: string, signal: AbortSignal): Promise<ObjectSource> {
    return new ObjectSource(store, key, await store.head(key, signal));
  }

  /** @throws ObjectNotFoundError | ObjectChangedError */
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
      ...(this.etag === undefined ? {} : { etag: this.etag }),
      ...(signal === undefined ? {} : { signal }),
      ...(this.#onArrival === undefined ? {} : { onArrival: this.#onArrival }),
    });
  }
}
