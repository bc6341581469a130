import type { LocateImageFile, ResponseOf } from '@imago/contracts';
import { type ByteSource, type ClusterIndex, flattenedImage, openIndex, STORED_CLUSTER_SIZE } from '@imago/disk-image';
import { indexKey, ObjectSource, type ObjectStore } from '@imago/object-store';

/** Where the bytes of an image are, as catalog says. */
export type StoredFile = NonNullable<ResponseOf<typeof LocateImageFile>['file']>;

/** More than the index of any disk has: 40 bytes for each MiB of at most a TiB and some. */
const LONGEST_INDEX = 64 * 2 ** 20;
/** Bytes of memory for each byte of an index: the index, and where its frames are. */
const BYTES_PER_INDEX_BYTE = 2.5;
/** Bytes of memory for each cluster of the disk, with data or without: where in the layers it lies. */
const BYTES_PER_CLUSTER = 12;
/** What is open without any cluster. */
const LEAST_BYTES = 64 * 1024;

interface OpenFile {
  readonly file: ByteSource;
  /** Bytes of memory. */
  readonly weight: number;
}

/**
 * The flattened forms of layered images. To open one, its index and the tables of all its layers are read; who reads it
 * in ranges would do that again and again, so the last ones stay open, as far as their memory allows. A layer never
 * changes, so what is open stays right; whether the caller may read it, catalog was asked before.
 */
export class LayeredFiles {
  /** By the object on top; the one that was asked for last comes last. */
  readonly #open = new Map<string, Promise<OpenFile>>();
  readonly #weights = new Map<string, number>();

  /** @param keptBytes memory that what is open may take beside what is being read. */
  constructor(private readonly keptBytes: number) {}

  /**
   * @throws ObjectNotFoundError when a layer is gone; Error when what is stored is not what catalog says.
   */
  async open(store: ObjectStore, stored: StoredFile): Promise<ByteSource> {
    const id = stored.layers[0]?.object_id ?? '';
    const opening = this.#open.get(id) ?? openFile(store, stored);
    this.#open.delete(id);
    this.#open.set(id, opening);
    try {
      const { file, weight } = await opening;
      if (this.#open.get(id) === opening) this.#weights.set(id, weight);
      this.#closeOldest();
      return file;
    } catch (error) {
      if (this.#open.get(id) === opening) this.#close(id);
      throw error;
    }
  }

  /** What could not be read must be opened anew. */
  forget({ layers }: StoredFile): void {
    this.#close(layers[0]?.object_id ?? '');
  }

  #closeOldest(): void {
    let weight = [...this.#weights.values()].reduce((sum, each) => sum + each, 0);
    for (const id of this.#open.keys()) {
      if (weight <= this.keptBytes) return;
      weight -= this.#weights.get(id) ?? 0;
      this.#close(id);
    }
  }

  #close(id: string): void {
    this.#open.delete(id);
    this.#weights.delete(id);
  }
}

/** Not ended by the client it is opened for: others may wait for the same. */
async function openFile(store: ObjectStore, { key, size, index_hash, layers }: StoredFile): Promise<OpenFile> {
  const { index, bytes } = await readIndex(store, key, index_hash);
  const sources = layers.map((layer) => new ObjectSource(store, layer.key, { size: Number(layer.size) }));
  const file = await flattenedImage(index, sources);
  if (file.size !== Number(size)) throw new Error(`${key} gives ${file.size} bytes, and its record says ${size}`);
  const map = Math.ceil(index.virtualSize / STORED_CLUSTER_SIZE) * BYTES_PER_CLUSTER;
  return { file, weight: LEAST_BYTES + bytes * BYTES_PER_INDEX_BYTE + map };
}

async function readIndex(
  store: ObjectStore,
  key: string,
  hash: string | null,
): Promise<{ readonly index: ClusterIndex; readonly bytes: number }> {
  const { size } = await store.head(indexKey(key));
  if (size > LONGEST_INDEX) throw new Error(`The index of ${key} has ${size} bytes`);
  const packed = await store.read(indexKey(key), { length: size });
  return { index: openIndex(packed, { hash }), bytes: size };
}
