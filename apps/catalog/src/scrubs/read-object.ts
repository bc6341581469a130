import { ObjectChangedError, ObjectNotFoundError, type ObjectStore } from '@imago/object-store';
import { OwnHash } from './own-hash.ts';
import type { ObjectMark } from './scrub-turns.ts';
import type { ScrubbedObject } from './scrubbed-objects.ts';

/** Bytes that are read at once; the memory of a scrub. */
const WINDOW = 4 * 2 ** 20;
/** Times an object may be written anew while it is read before that is taken for a fault. */
const REWRITES = 3;

/** How a scrub goes on. */
export interface ScrubWork {
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
  /** Called with what was read since the last call; waits for the pace, and keeps the mark now and then. */
  readonly read: (bytes: number, mark: () => ObjectMark | null) => Promise<void>;
}

/** What the bytes of an object are: their hash, or why they cannot be what was stored. */
export type BytesFound =
  | { readonly type: 'hash'; readonly sha512: string }
  | { readonly type: 'missing' }
  | { readonly type: 'size'; readonly size: number };

/**
 * Reads an object in its order from the mark on, if it is still those bytes, else from its beginning. What is written anew
 * meanwhile is read anew.
 * @throws ObjectStoreError when the store gives it out no more than other objects
 */
export async function readObject(
  object: ScrubbedObject,
  mark: ObjectMark | null,
  work: ScrubWork & { readonly second: boolean },
): Promise<BytesFound> {
  for (let rewrites = 0; ; rewrites += 1) {
    try {
      return await readOnce(object, rewrites === 0 ? mark : null, work);
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return { type: 'missing' };
      if (!(error instanceof ObjectChangedError) || rewrites === REWRITES) throw error;
    }
  }
}

async function readOnce(
  { id: object_id, key, size, stored_size }: ScrubbedObject,
  mark: ObjectMark | null,
  { store, signal, read, second }: ScrubWork & { readonly second: boolean },
): Promise<BytesFound> {
  const { etag, size: found } = await store.head(key, signal);
  if (String(found) !== (stored_size ?? size)) return { type: 'size', size: found };
  const goesOn = mark !== null && mark.etag === etag && mark.second === second;
  const hash = await OwnHash.begin(goesOn ? mark.hash : undefined);
  const memory = Buffer.allocUnsafeSlow(Math.min(WINDOW, found));
  for (let position = goesOn ? mark.position : 0; position < found;) {
    const length = Math.min(WINDOW, found - position);
    const into = memory.subarray(0, length);
    await store.read(key, { offset: position, length, into, etag, signal });
    hash.add(into);
    position += length;
    const [reached] = [position];
    await read(length, () => ({ object_id, etag, second, position: reached, hash: hash.layAside() }));
  }
  return { type: 'hash', sha512: hash.finish() };
}
