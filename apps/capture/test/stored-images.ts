import { createHash, randomUUID } from 'node:crypto';
import type { HeldObject } from '@imago/contracts';
import { BufferSource, openDisk, openLayers, sealStoredImage, unpackIndex, writeStoredImage } from '@imago/disk-image';
import { imageObjectKey, indexKey, type ObjectStore } from '@imago/object-store';

/** An image in the store, with what catalog says of it. */
export interface StoredImage {
  readonly image_id: string;
  readonly object: HeldObject & { readonly index_hash: string };
}

/** Stores a disk as an import does. */
export async function storeImage(store: ObjectStore, disk: Buffer): Promise<StoredImage> {
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
  });
  const image = sealStoredImage(disk.length, parts);
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
      layers: [],
    },
  };
}

/** Reads the disk in layers, the top one first, every cluster checked against the top one's index. */
export async function readDisk(store: ObjectStore, keys: readonly string[]): Promise<Buffer> {
  const [top = ''] = keys;
  const layers = await Promise.all(keys.map(async (key) => new BufferSource(await readObject(store, key))));
  const disk = await openLayers(layers, { index: unpackIndex(await readObject(store, indexKey(top))) });
  return disk.read(0, disk.virtualSize);
}

export async function readObject(store: ObjectStore, key: string): Promise<Buffer> {
  const { size } = await store.head(key);
  return store.read(key, { length: size });
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Rejects when the disk in layers is another one. Buffers of this size are not for `toEqual`, which goes byte by byte. */
export async function requireDisk(store: ObjectStore, keys: readonly string[], disk: Buffer): Promise<void> {
  const found = await readDisk(store, keys);
  if (found.equals(disk)) return;
  const at = disk.findIndex((byte, index) => found[index] !== byte);
  throw new Error(`the disk of ${found.length} bytes differs from the one of ${disk.length} at ${at}`);
}
