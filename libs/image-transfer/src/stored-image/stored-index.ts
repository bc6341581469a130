import { type ClusterIndex, longestIndex, openIndex, StoredImageDamagedError } from '@imago/disk-image';
import { indexKey, ObjectNotFoundError, type ObjectStore } from '@imago/object-store';

/** Which index is meant, and what it must be. */
export interface IndexOf {
  /** Of the object it belongs to. */
  readonly key: string;
  /** SHA-256, hex. */
  readonly index_hash: string;
  /** Bytes of the disk. */
  readonly virtual_size: string;
}

export interface StoredIndex {
  readonly index: ClusterIndex;
  /** As it is stored. */
  readonly packed: Buffer;
}

/** Reads the index of a stored image, which must be the very one. @throws StoredImageDamagedError */
export async function readIndex(store: ObjectStore, of: IndexOf, signal: AbortSignal): Promise<StoredIndex> {
  const virtualSize = Number(of.virtual_size);
  const packed = await readObject(store, indexKey(of.key), { most: longestIndex(virtualSize), signal });
  if (packed === null) throw damaged(of);
  try {
    return { index: openIndex(packed, { hash: of.index_hash, virtualSize }), packed };
  } catch (cause) {
    throw damaged(of, cause);
  }
}

/** Null when it is not there or larger than it can be. */
async function readObject(
  store: ObjectStore,
  key: string,
  { most, signal }: { most: number; signal: AbortSignal },
): Promise<Buffer | null> {
  try {
    const { size, etag } = await store.head(key, signal);
    return size > most ? null : await store.read(key, { length: size, etag, signal });
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}

function damaged({ key }: IndexOf, cause?: unknown): Error {
  return new StoredImageDamagedError(`The index of object ${key} is not the one that was stored`, { cause });
}
