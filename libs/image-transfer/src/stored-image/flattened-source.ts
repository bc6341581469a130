import type { HeldObject } from '@imago/contracts';
import { type ByteSource, flattenedImage, InspectionRefusal, StoredImageDamagedError } from '@imago/disk-image';
import { ObjectChangedError, ObjectNotFoundError, ObjectSource, type ObjectStore } from '@imago/object-store';
import { readIndex, type StoredIndex } from './stored-index.ts';

/** An object in the stored format, on whatever layers it lies. */
export type IndexedObject = HeldObject & { readonly index_hash: string };

/** True of what Imago stored itself; false of a file that is kept as it came. */
export function isIndexed(object: HeldObject): object is IndexedObject {
  return object.index_hash !== null;
}

/** What `/file` of a layered image gives, with the index that fixes it. */
export interface FlattenedSource extends StoredIndex {
  readonly source: ByteSource;
}

/** Opens the flattened form of an image. @throws what {@link isDamage} knows, and so do reads */
export async function openFlattened(
  store: ObjectStore,
  object: IndexedObject,
  signal: AbortSignal,
): Promise<FlattenedSource> {
  const stored = await readIndex(store, object, signal);
  const layers = await openObjects(store, object, signal);
  return { ...stored, source: await flattenedImage(stored.index, layers, { signal }) };
}

/** The objects an image's bytes lie in, the top one first, each pinned to what it is now. @throws ObjectNotFoundError */
export async function openObjects(
  store: ObjectStore,
  object: HeldObject,
  signal: AbortSignal,
): Promise<readonly ByteSource[]> {
  const opened: ByteSource[] = [];
  for (const { key } of [object, ...object.layers]) opened.push(await ObjectSource.open(store, key, signal));
  return opened;
}

/** Whether an error says that the store does not have what was stored; anything else stays what it is. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof StoredImageDamagedError ||
    error instanceof InspectionRefusal ||
    error instanceof ObjectNotFoundError ||
    error instanceof ObjectChangedError
  );
}
