import { BufferSource, openLayers, unpackIndex } from '@imago/disk-image';
import { readObject } from '@imago/image-transfer/testing';
import { indexKey, type ObjectStore } from '@imago/object-store';

/** Reads the disk in layers, the top one first, every cluster checked against the top one's index. */
export async function readDisk(store: ObjectStore, keys: readonly string[]): Promise<Buffer> {
  const [top = ''] = keys;
  const layers = await Promise.all(keys.map(async (key) => new BufferSource(await readObject(store, key))));
  const disk = await openLayers(layers, { index: unpackIndex(await readObject(store, indexKey(top))) });
  return disk.read(0, disk.virtualSize);
}

/** Rejects when the disk in layers is another one. Buffers of this size are not for `toEqual`, which goes byte by byte. */
export async function requireDisk(store: ObjectStore, keys: readonly string[], disk: Buffer): Promise<void> {
  const found = await readDisk(store, keys);
  if (found.equals(disk)) return;
  const at = disk.findIndex((byte, index) => found[index] !== byte);
  throw new Error(`the disk of ${found.length} bytes differs from the one of ${disk.length} at ${at}`);
}
