import type { HeldObject } from '@imago/contracts';
import {
  type ByteSource,
  type DiskReader,
  exportedFile,
  type ExportFormat,
  openDisk,
  openLayers,
} from '@imago/disk-image';
import type { ObjectStore } from '@imago/object-store';
import { isIndexed, openFlattened, openObjects } from './flattened-source.ts';
import { readIndex } from './stored-index.ts';

export interface ImageFileOptions {
  readonly format: ExportFormat;
  readonly signal: AbortSignal;
}

/**
 * An image as a file of a format. The same image gives the same bytes, whatever it is stored in, so a reader may go on
 * where another one ended. As qcow2, and in the format it was uploaded in, it is what `/file` of the image gives.
 * @throws DiskTooLargeError, and what `isDamage` knows, as reads do
 */
export async function openImageFile(
  store: ObjectStore,
  object: HeldObject,
  { format, signal }: ImageFileOptions,
): Promise<ByteSource> {
  if (format === object.disk_format && object.layers.length === 0)
    return topOf(await openObjects(store, object, signal));
  if (format === 'qcow2' && isIndexed(object)) return (await openFlattened(store, object, signal)).source;
  const identity = object.index_hash ?? object.object_id;
  return exportedFile(await openImageDisk(store, object, signal), { format, identity });
}

/**
 * The disk in an image; of what Imago stored itself every cluster is checked before it is given out.
 * @throws what `isDamage` knows, as reads do
 */
export async function openImageDisk(store: ObjectStore, object: HeldObject, signal: AbortSignal): Promise<DiskReader> {
  const layers = await openObjects(store, object, signal);
  if (isIndexed(object)) {
    const { index } = await readIndex(store, object, signal);
    return openLayers(layers, { index, signal });
  }
  return (await openDisk(topOf(layers), object.disk_format, { signal })).reader;
}

function topOf([top]: readonly ByteSource[]): ByteSource {
  if (top === undefined) throw new Error('an image has one object at least');
  return top;
}
