import type { ByteSource } from '@imago/disk-image';
import { ObjectSource, type ObjectStore } from '@imago/object-store';
import type { ImportInput } from '../import-job.ts';
import { sourceFailure } from './source-failure.ts';

/** A tenant's file, as it was when its import began. */
export interface PinnedSource {
  readonly etag: string;
  readonly size: number;
}

/** The bytes of a tenant's file, read in ranges. A file that was overwritten since is refused, never mixed. */
export class TenantSource implements ByteSource {
  readonly size: number;
  readonly #bytes: ObjectSource;

  constructor(
    store: ObjectStore,
    private readonly source: ImportInput['source'],
    pin: PinnedSource,
  ) {
    this.size = pin.size;
    this.#bytes = new ObjectSource(store, source.object, pin);
  }

  /** @throws Refusal as {@link sourceFailure} names them. */
  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  /** @throws Refusal as {@link sourceFailure} names them. */
  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    try {
      await this.#bytes.readInto(offset, target, signal);
    } catch (error) {
      throw sourceFailure(error, this.source);
    }
  }
}
