import {
  type ClusterIndex,
  type DiskReader,
  InspectionRefusal,
  longestIndex,
  openDisk,
  openIndex,
  openLayers,
  STORED_CLUSTER_SIZE,
  StoredImageDamagedError,
} from '@imago/disk-image';
import { indexKey, ObjectSource, type ObjectStore, ObjectStoreUnavailableError } from '@imago/object-store';
import type { BaseImage } from '../hypervisor.ts';
import type { Budget } from './budget.ts';
import { TableSource } from './table-source.ts';

/** The bytes in the store are not those of the image. Permanent, until somebody repairs the store. */
export class ImageDamagedError extends Error {
  override readonly name = 'ImageDamagedError';
}

/** Whether it may work later: the store is away, or was asked for too long. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ObjectStoreUnavailableError) return true;
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}

export interface ImageDiskOptions {
  readonly store: ObjectStore;
  /** Bytes for the tables of images that others have made; of ours they are small. */
  readonly tables: Budget;
  readonly signal: AbortSignal;
}

interface OpenedReader {
  readonly reader: DiskReader;
  readonly etag: string;
  /** Lets go of what the reader keeps in memory. */
  readonly release: () => void;
}

/**
 * The disk in an object of the store, or in a layer and the objects under it. Every cluster it answers has been checked,
 * when the image has an index; an image in layers has one.
 */
export class ImageDisk {
  /** Of all objects it is read from. */
  readonly etag: string;
  readonly #base: BaseImage;
  readonly #store: ObjectStore;
  readonly #reader: DiskReader;
  readonly #release: () => void;
  /** Read with the first cluster, and again when that failed. */
  #index: Promise<ClusterIndex> | undefined;

  private constructor(base: BaseImage, store: ObjectStore, { reader, etag, release }: OpenedReader) {
    this.#base = base;
    this.#store = store;
    this.#reader = reader;
    this.#release = release;
    this.etag = etag;
  }

  /**
   * Looks at the objects and reads their tables, which for an image of ours takes as many requests whatever its size is.
   * @throws ImageDamagedError | TableMemoryError | ObjectStoreError
   */
  static async open(base: BaseImage, { store, tables, signal }: ImageDiskOptions): Promise<ImageDisk> {
    const sources = await Promise.all([base, ...base.layers].map((object) => pinned(object, store, signal)));
    const etag = sources.map((source) => source.etag).join(' ');
    const { reader, release } = await readerOf(base, sources, { tables, signal }).catch(asDamage);
    if (reader.virtualSize !== Number(base.virtual_size)) {
      release();
      const message = `${base.key} has a disk of ${reader.virtualSize} bytes instead of ${base.virtual_size}`;
      throw new ImageDamagedError(message);
    }
    return new ImageDisk(base, store, { reader, etag, release });
  }

  /** Nothing is read of it any more. */
  close(): void {
    this.#release();
  }

  /**
   * One cluster, whole; the last one of a disk may be shorter.
   * @throws ImageDamagedError when it is not what it must be | ObjectStoreError
   */
  async cluster(number: number, signal: AbortSignal): Promise<Buffer> {
    const start = number * STORED_CLUSTER_SIZE;
    const length = Math.min(STORED_CLUSTER_SIZE, this.#reader.virtualSize - start);
    const reading = this.#reader.read(start, length, signal).catch(asDamage);
    const [data, index] = await Promise.all([reading, this.#loadIndex(signal)]);
    if (index?.fits(number, data) === false) throw new ImageDamagedError('Its bytes do not have its hash');
    return data;
  }

  async #loadIndex(signal: AbortSignal): Promise<ClusterIndex | undefined> {
    if (this.#base.index_hash === null) return undefined;
    if (this.#index === undefined) {
      const loading = this.#readIndex(this.#base.index_hash, signal);
      this.#index = loading;
      loading.catch(() => {
        this.#index = undefined;
      });
    }
    return this.#index;
  }

  async #readIndex(hash: string, signal: AbortSignal): Promise<ClusterIndex> {
    const { virtualSize } = this.#reader;
    const longest = longestIndex(virtualSize);
    const key = indexKey(this.#base.key);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of await this.#store.stream(key, { signal })) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > longest) throw new ImageDamagedError(`${key} is longer than an index can be`);
    }
    try {
      return openIndex(Buffer.concat(chunks), { hash, virtualSize });
    } catch (cause) {
      throw new ImageDamagedError(`${key} is damaged: ${cause instanceof Error ? cause.message : ''}`, { cause });
    }
  }
}

/** An object as it is now: it must have its size, and from now on only the same bytes are read. */
async function pinned(
  { key, size }: { readonly key: string; readonly size: string },
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ObjectSource> {
  const facts = await store.head(key, signal);
  if (facts.size !== Number(size)) throw new ImageDamagedError(`${key} has ${facts.size} bytes instead of ${size}`);
  return new ObjectSource(store, key, facts);
}

/** A layer alone would read as zeros where its parent has data, so it is only ever opened with all that is under it. */
async function readerOf(
  { disk_format, index_hash, layers, key }: BaseImage,
  sources: readonly ObjectSource[],
  { tables, signal }: Pick<ImageDiskOptions, 'tables' | 'signal'>,
): Promise<Omit<OpenedReader, 'etag'>> {
  const [source] = sources;
  if (source === undefined) throw new Error('An image has one object at least');
  if (layers.length === 0 && index_hash === null && disk_format === 'qcow2')
    return openUploaded(source, tables, signal);
  const release = (): void => undefined;
  if (layers.length === 0) return { reader: (await openDisk(source, disk_format, { signal })).reader, release };
  if (index_hash === null) throw new ImageDamagedError(`${key} is a layer without an index`);
  return { reader: await openLayers(sources, { signal }), release };
}

/** Whoever made the file said how large its tables are. */
async function openUploaded(
  source: ObjectSource,
  tables: Budget,
  signal: AbortSignal,
): Promise<Omit<OpenedReader, 'etag'>> {
  const counted = new TableSource(source, tables);
  const release = (): void => {
    counted.release();
  };
  try {
    const { reader } = await openDisk(counted, 'qcow2', { signal });
    counted.opened();
    return { reader, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** An image was inspected before it was taken, so what is refused of it now is damage. */
function asDamage(error: unknown): never {
  if (error instanceof InspectionRefusal || error instanceof StoredImageDamagedError) {
    throw new ImageDamagedError(error.message, { cause: error });
  }
  throw error;
}
