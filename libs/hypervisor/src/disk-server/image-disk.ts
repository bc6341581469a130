import { type DiskReader, InspectionRefusal, openDisk, STORED_CLUSTER_SIZE } from '@imago/disk-image';
import { indexKey, type ObjectFacts, type ObjectStore, ObjectStoreUnavailableError } from '@imago/object-store';
import type { BaseImage } from '../hypervisor.ts';
import { ClusterHashes, longestIndex } from './cluster-hashes.ts';
import { ObjectSource } from './object-source.ts';

/** The bytes in the store are not those of the image. Permanent, until somebody repairs the store. */
export class ImageDamagedError extends Error {
  override readonly name = 'ImageDamagedError';
}

/** Whether it may work later: the store is away, or was asked for too long. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ObjectStoreUnavailableError) return true;
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}

/** The disk in an object of the store. Every cluster it answers has been checked, when the image has an index. */
export class ImageDisk {
  readonly etag: string;
  readonly #base: BaseImage;
  readonly #store: ObjectStore;
  readonly #reader: DiskReader;
  /** Read with the first cluster, and again when that failed. */
  #hashes: Promise<ClusterHashes> | undefined;

  private constructor(base: BaseImage, store: ObjectStore, opened: { reader: DiskReader; facts: ObjectFacts }) {
    this.#base = base;
    this.#store = store;
    this.#reader = opened.reader;
    this.etag = opened.facts.etag;
  }

  /**
   * Looks at the object and reads its tables, which for an image of ours takes as many requests whatever its size is.
   * @throws ImageDamagedError | ObjectStoreError
   */
  static async open(base: BaseImage, store: ObjectStore, signal: AbortSignal): Promise<ImageDisk> {
    const facts = await store.head(base.key, signal);
    if (facts.size !== Number(base.size)) {
      throw new ImageDamagedError(`${base.key} has ${facts.size} bytes instead of ${base.size}`);
    }
    const source = new ObjectSource(store, base.key, facts);
    const { reader } = await openDisk(source, base.disk_format, { signal }).catch(asDamage);
    if (reader.virtualSize !== Number(base.virtual_size)) {
      const message = `${base.key} has a disk of ${reader.virtualSize} bytes instead of ${base.virtual_size}`;
      throw new ImageDamagedError(message);
    }
    return new ImageDisk(base, store, { reader, facts });
  }

  /**
   * One cluster, whole; the last one of a disk may be shorter.
   * @throws ImageDamagedError when it is not what it must be | ObjectStoreError
   */
  async cluster(index: number, signal: AbortSignal): Promise<Buffer> {
    const start = index * STORED_CLUSTER_SIZE;
    const length = Math.min(STORED_CLUSTER_SIZE, this.#reader.virtualSize - start);
    const reading = this.#reader.read(start, length, signal).catch(asDamage);
    const [data, hashes] = await Promise.all([reading, this.#loadHashes(signal)]);
    if (hashes?.fit(index, data) === false) throw new ImageDamagedError('Its bytes do not have its hash');
    return data;
  }

  async #loadHashes(signal: AbortSignal): Promise<ClusterHashes | undefined> {
    if (this.#base.index_hash === null) return undefined;
    if (this.#hashes === undefined) {
      const loading = this.#readHashes(this.#base.index_hash, signal);
      this.#hashes = loading;
      loading.catch(() => {
        this.#hashes = undefined;
      });
    }
    return this.#hashes;
  }

  async #readHashes(hash: string, signal: AbortSignal): Promise<ClusterHashes> {
    const virtualSize = this.#reader.virtualSize;
    const key = indexKey(this.#base.key);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of await this.#store.stream(key, { signal })) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > longestIndex(virtualSize)) throw new ImageDamagedError(`${key} is longer than an index can be`);
    }
    try {
      return ClusterHashes.from(Buffer.concat(chunks), { hash, virtualSize });
    } catch (cause) {
      throw new ImageDamagedError(`${key} is damaged: ${cause instanceof Error ? cause.message : ''}`, { cause });
    }
  }
}

/** An image was inspected before it was taken, so what is refused of it now is damage. */
function asDamage(error: unknown): never {
  if (error instanceof InspectionRefusal) throw new ImageDamagedError(error.message, { cause: error });
  throw error;
}
