import { randomUUID } from 'node:crypto';
import type { ShownImage, LocateImageFile, ResponseOf } from '@imago/contracts';
import {
  BufferSource,
  changedClusters,
  type ClusterIndex,
  flattenedSize,
  openDisk,
  type PartRecord,
  sealStoredImage,
  unpackIndex,
  writeStoredImage,
} from '@imago/disk-image';
import { indexKey } from '@imago/object-store';
import type { GatewayUnderTest } from './gateway-under-test.ts';
import { anImage } from './records.ts';

type StoredFile = NonNullable<ResponseOf<typeof LocateImageFile>['file']>;

/** A disk in the store, whole or as a layer on another. */
export interface StoredDisk {
  readonly content: Buffer;
  readonly index: ClusterIndex;
  readonly file: StoredFile;
  /** Its own object and the index beside that. */
  readonly stored: { readonly object: Buffer; readonly index: Buffer };
}

/** Disks in the store of a gateway, written as imports and captures write them. */
export class LayeredImages {
  constructor(private readonly gateway: GatewayUnderTest) {}

  /** @param parent the disk this one is a layer on. */
  async write(content: Buffer, parent?: StoredDisk): Promise<StoredDisk> {
    const bodies = new Map<number, Buffer>();
    const disk = (await openDisk(new BufferSource(content), 'raw')).reader;
    const all = changedClusters([{ offset: 0, length: content.length }], content.length);
    const parts = await writeStoredImage(disk, {
      done: [],
      sink: {
        store: ({ part_number }: PartRecord, body: readonly Buffer[]) => {
          bodies.set(part_number, Buffer.concat(body));
          return Promise.resolve();
        },
      },
      signal: new AbortController().signal,
      progress: () => undefined,
      layer: parent === undefined ? undefined : { parent: parent.index, changed: all },
    });
    const sealed = sealStoredImage(content.length, parts, parent?.index);
    const index = unpackIndex(sealed.index);
    const object = Buffer.concat([
      sealed.head,
      ...parts.map((part) => bodies.get(part.part_number) ?? Buffer.alloc(0)),
    ]);
    const size = String(parent === undefined ? object.length : flattenedSize(index));
    const file = { key: '', size, checksum: null, index_hash: sealed.indexHash, layers: parent?.file.layers ?? [] };
    return this.#put({ content, index, file, stored: { object, index: sealed.index } });
  }

  /** The same disk with an object of its own on top, so that a test may do with it as it likes. */
  copy(disk: StoredDisk): Promise<StoredDisk> {
    return this.#put({ ...disk, file: { ...disk.file, layers: disk.file.layers.slice(1) } });
  }

  async #put(disk: StoredDisk): Promise<StoredDisk> {
    const { object, index } = disk.stored;
    const object_id = randomUUID();
    const key = `images/${randomUUID()}/${object_id}`;
    await this.gateway.store.put(key, object);
    await this.gateway.store.put(indexKey(key), index);
    const layers = [{ object_id, key, size: String(object.length) }, ...disk.file.layers];
    return { ...disk, file: { ...disk.file, key, layers } };
  }

  /** An image that is read from a disk. Without layers under it, it is a file as it is. */
  imageOf({ file }: StoredDisk): ShownImage {
    const image = anImage({ checksum: null, os_hash_algo: null, os_hash_value: null });
    this.gateway.world.images.set(image.id, image);
    this.gateway.world.files.set(image.id, file.layers.length > 1 ? file : { ...file, layers: [] });
    return image;
  }

  /** The same file as one object, as flattening leaves it. */
  async storeWhole(file: StoredFile, bytes: Buffer): Promise<StoredFile> {
    const key = `images/${randomUUID()}/${randomUUID()}`;
    await this.gateway.store.put(key, bytes);
    return { ...file, key, layers: [] };
  }

  /** The object on top goes. */
  erase({ key }: StoredFile): Promise<void> {
    return this.gateway.store.deleteMany([key, indexKey(key)]);
  }
}
