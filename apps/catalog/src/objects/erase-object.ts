import { indexKey, type ObjectStore } from '@imago/object-store';

/** Rounds until the store answers that nothing is left; a writer that is still at work may need more than one. */
const ROUNDS = 3;

/**
 * Removes everything an object has in its store: unfinished uploads first, because a finished one would bring the key
 * back, then the bytes and their index. Idempotent, so it may be cut off anywhere and begun again. True when there was
 * something to remove.
 * @throws ObjectStoreError when the store does not do it; Error when a writer keeps bringing bytes back.
 */
export async function eraseObject(store: ObjectStore, key: string): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    const found = await bytesOf(store, key);
    for (const upload of found.uploads) await store.abortMultipart(upload);
    // Named even when they were not found: a listing may lag behind, a deletion does not.
    await store.deleteMany([...new Set([key, indexKey(key), ...found.keys])]);
    if (found.keys.length + found.uploads.length === 0) return round > 0;
  }
  throw new Error(`${key} keeps coming back`);
}

interface Bytes {
  readonly keys: readonly string[];
  readonly uploads: readonly { readonly key: string; readonly upload_id: string }[];
}

/** Object ids are never prefixes of each other, so what begins with the key belongs to it. */
async function bytesOf(store: ObjectStore, key: string): Promise<Bytes> {
  const [keys, uploads] = await Promise.all([store.list(key), store.listMultiparts(key)]);
  return { keys: keys.map((listed) => listed.key), uploads };
}
