import { createHash } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { type ClusterIndex, STORED_CLUSTER_SIZE, unpackIndex } from '@imago/disk-image';
import { indexKey, ObjectNotFoundError, type ObjectStore } from '@imago/object-store';

/** The most bytes an index has beside its entries, and for each cluster: far more than the format needs. */
const HEAD_BYTES = 4096;
const CLUSTER_BYTES = 64;

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

/** Reads the index of a stored image, which must be the very one. @throws Refusal capture.verification_failed */
export async function readIndex(store: ObjectStore, of: IndexOf, signal: AbortSignal): Promise<StoredIndex> {
  const key = indexKey(of.key);
  const clusters = Math.ceil(Number(of.virtual_size) / STORED_CLUSTER_SIZE);
  const packed = await readObject(store, key, { most: HEAD_BYTES + clusters * CLUSTER_BYTES, signal });
  if (packed === null || createHash('sha256').update(packed).digest('hex') !== of.index_hash) {
    throw damaged(of, 'is not the one that was stored');
  }
  const index = unpackIndex(packed);
  if (index.virtualSize !== Number(of.virtual_size)) throw damaged(of, 'is of another disk');
  return { index, packed };
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

function damaged({ key }: IndexOf, why: string): Error {
  return refusal('capture.verification_failed', `The index of object ${key} ${why}.`, { key });
}
