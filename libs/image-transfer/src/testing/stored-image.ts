import { createHash, randomUUID } from 'node:crypto';
import type { HeldObject } from '@imago/contracts';
import {
  BufferSource,
  changedClusters,
  type Extent,
  flattenedSize,
  openDisk,
  sealStoredImage,
  unpackIndex,
  writeStoredImage,
} from '@imago/disk-image';
import { imageObjectKey, indexKey, type ObjectStore } from '@imago/object-store';

/** An image in the store, with what catalog says of it. */
export interface StoredImage {
  readonly image_id: string;
  readonly object: HeldObject & { readonly index_hash: string };
  /** Bytes of the file it gives: of a layer, of its flattened form. */
  readonly file_size: string;
}

/** What makes a disk a layer: the image it was made from, and the runs of bytes that were written since. */
export interface StoredLayer {
  readonly base: StoredImage;
  readonly changed: readonly Extent[];
}

/** Stores a disk as an import does, or as a capture does on an image that is no layer itself. */
export async function storeImage(store: ObjectStore, disk: Buffer, on?: StoredLayer): Promise<StoredImage> {
  const parent = on && unpackIndex(await readObject(store, indexKey(on.base.object.key)));
  const bodies: Buffer[] = [];
  const { reader } = await openDisk(new BufferSource(disk), 'raw');
  const parts = await writeStoredImage(reader, {
    done: [],
    sink: {
      store: (record, body) => {
        bodies[record.part_number] = Buffer.concat(body);
        return Promise.resolve();
      },
    },
    signal: new AbortController().signal,
    progress: () => undefined,
    layer: on && parent && { parent, changed: changedClusters(on.changed, disk.length) },
  });
  const image = sealStoredImage(disk.length, parts, parent);
  const [image_id, object_id] = [randomUUID(), randomUUID()];
  const key = imageObjectKey(image_id, object_id);
  await store.put(key, Buffer.concat([image.head, ...bodies.filter(Boolean)]));
  await store.put(indexKey(key), image.index);
  return {
    image_id,
    object: {
      object_id,
      key,
      disk_format: 'qcow2',
      size: image.size.toString(),
      virtual_size: disk.length.toString(),
      index_hash: image.indexHash,
      layers: on === undefined ? [] : [layerOf(on.base)],
    },
    file_size: (on === undefined ? image.size : flattenedSize(unpackIndex(image.index))).toString(),
  };
}

export async function readObject(store: ObjectStore, key: string): Promise<Buffer> {
  const { size } = await store.head(key);
  return store.read(key, { length: size });
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function layerOf({ object: { object_id, key, size } }: StoredImage): HeldObject['layers'][number] {
  return { object_id, key, size };
}
