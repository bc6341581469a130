import type { HeldObject, ObjectProblem } from '@imago/contracts';
import { STORED_CLUSTER_SIZE, StoredImageDamagedError } from '@imago/disk-image';
import { isDamage, openImageDisk, readIndex } from '@imago/image-transfer';
import { type BytesFound, readObject, type ScrubWork } from './read-object.ts';
import type { ObjectMark } from './scrub-turns.ts';
import type { ScrubbedObject } from './scrubbed-objects.ts';

/** What a look at an object found. */
export type ObjectFinding =
  | { readonly type: 'whole' }
  /** Whole as far as its disk goes; its own hash was not known before, and is from now on. */
  | { readonly type: 'learned'; readonly sha512: string }
  | { readonly type: 'damaged'; readonly problem: ObjectProblem; readonly detail: string };

/**
 * Holds an object against what is known of it since it was stored: its index by the hash in its row, its bytes by their
 * SHA-512. That of a layer nobody knew when it was stored: until it is, every cluster of its disk is held against the index.
 * Bytes that are others are read again before that is believed: the way to them may have failed.
 * @throws ObjectStoreError when the store does not give them out
 */
export async function inspectObject(
  { object, line }: { readonly object: ScrubbedObject; readonly line: HeldObject | null },
  mark: ObjectMark | null,
  work: ScrubWork,
): Promise<ObjectFinding> {
  const damagedIndex = await inspectIndex(object, work);
  if (damagedIndex !== null) return damagedIndex;
  const known = object.parent_object_id === null ? object.os_hash_value : object.own_sha512;
  let found = mark?.second === true ? null : await readObject(object, mark, { ...work, second: false });
  if (found === null || !fits(found, known)) found = await readObject(object, mark, { ...work, second: true });
  if (!fits(found, known)) return damaged(found, object);
  return known !== null || line === null ? { type: 'whole' } : inspectDisk(found.sha512, line, work);
}

function fits(found: BytesFound, known: string | null): found is Extract<BytesFound, { type: 'hash' }> {
  return found.type === 'hash' && (known === null || found.sha512 === known);
}

async function inspectIndex(
  { key, index_hash, virtual_size }: ScrubbedObject,
  { store, signal, read }: ScrubWork,
): Promise<ObjectFinding | null> {
  if (index_hash === null || virtual_size === null) return null;
  try {
    const { packed } = await readIndex(store, { key, index_hash, virtual_size }, signal);
    await read(packed.length, () => null);
    return null;
  } catch (error) {
    if (!(error instanceof StoredImageDamagedError)) throw error;
    return {
      type: 'damaged',
      problem: 'index_damaged',
      detail: 'The list of the hashes of its clusters is not there, or is another one.',
    };
  }
}

/** Every cluster of the disk has its hash, in whatever object it lies. */
async function inspectDisk(
  sha512: string,
  line: HeldObject,
  { store, signal, read }: ScrubWork,
): Promise<ObjectFinding> {
  try {
    const disk = await openImageDisk(store, line, signal);
    for await (const { data } of disk.clusters({ clusterSize: STORED_CLUSTER_SIZE, signal }))
      await read(data.length, () => null);
    return { type: 'learned', sha512 };
  } catch (error) {
    if (!isDamage(error) || !(error instanceof Error)) throw error;
    return { type: 'damaged', problem: 'object_altered', detail: `Its disk cannot be read: ${error.message}.` };
  }
}

function damaged(found: BytesFound, { size, stored_size }: ScrubbedObject): ObjectFinding {
  if (found.type === 'missing')
    return { type: 'damaged', problem: 'object_missing', detail: 'The store does not have it.' };
  const detail =
    found.type === 'size'
      ? `It has ${found.size} bytes, and ${stored_size ?? size} were stored.`
      : 'Its bytes do not have the hash they had when they were stored.';
  return { type: 'damaged', problem: 'object_altered', detail };
}
