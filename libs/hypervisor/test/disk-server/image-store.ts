import { createHash, randomUUID } from 'node:crypto';
import {
  BufferSource,
  type ClusterIndex,
  type DiskReader,
  type LayerOptions,
  openDisk,
  type SealedImage,
  STORED_CLUSTER_SIZE,
  StoreWriter,
  unpackIndex,
} from '@imago/disk-image';
import { imageObjectKey, indexKey, type ObjectStore, S3ObjectStore, type UploadedPart } from '@imago/object-store';
import { FaultyProxy, testEnvironment, type TestEnvironment } from '@imago/testing';
import type { BaseImage } from '../../src/index.ts';

export const REGION = 'north';

/** A region's store with images in it, and a way to it that can be broken and counts what comes by. */
export class ImageStore {
  readonly env: TestEnvironment<'s3' | 'qemu'>;
  /** Past the proxy. */
  readonly store: ObjectStore;
  readonly proxy: FaultyProxy;

  private constructor(env: TestEnvironment<'s3' | 'qemu'>, proxy: FaultyProxy) {
    this.env = env;
    this.proxy = proxy;
    this.store = new S3ObjectStore(env.s3);
  }

  static async open(): Promise<ImageStore> {
    const env = await testEnvironment({ s3: true, qemu: true });
    return new ImageStore(env, await FaultyProxy.to(env.s3.endpoint));
  }

  /** What the regions file says of this store, by way of the proxy. */
  get regions(): object[] {
    const { region, bucket, access_key, secret_key } = this.env.s3;
    const s3 = { endpoint: this.proxy.endpoint, region, bucket, access_key, secret_key };
    return [{ name: REGION, default: true, s3 }];
  }

  /** The store by way of the proxy. */
  proxied(limits: { attempts?: number; pause_ms?: number; silence_ms?: number } = {}): ObjectStore {
    return new S3ObjectStore({ ...this.env.s3, endpoint: this.proxy.endpoint }, { attempts: 1, ...limits });
  }

  /** An image as an import stores it. */
  async storeImage(content: Buffer): Promise<BaseImage> {
    const { reader } = await openDisk(new BufferSource(content), 'raw');
    return this.storeDisk(reader);
  }

  /** A layer on an image, with what its disk has become. */
  async storeLayer(
    content: Buffer,
    parent: { readonly image: BaseImage; readonly content: Buffer },
  ): Promise<BaseImage> {
    const { reader } = await openDisk(new BufferSource(content), 'raw');
    const changed = changedClusters(parent.content, content);
    const { key, object_id, size, layers } = parent.image;
    const image = await this.storeDisk(reader, { parent: await this.index(parent.image), changed });
    return { ...image, layers: [{ object_id, key, size }, ...layers] };
  }

  async index({ key }: BaseImage): Promise<ClusterIndex> {
    const { size } = await this.store.head(indexKey(key));
    return unpackIndex(await this.store.read(indexKey(key), { length: size }));
  }

  async storeDisk(disk: DiskReader, layer?: LayerOptions): Promise<BaseImage> {
    const { key, object_id } = newObject();
    const upload = await this.store.createMultipart(key);
    const uploaded = new Map<number, UploadedPart>();
    const put = async (number: number, body: Buffer | readonly Buffer[]): Promise<void> => {
      uploaded.set(number, await this.store.uploadPart(upload, number, body));
    };
    const sealed = Promise.withResolvers<SealedImage>();
    const writer = new StoreWriter({
      done: [],
      ...(layer && { layer }),
      sink: { store: ({ part_number }, body) => put(part_number, body) },
      seal: async (image) => {
        await put(1, image.head);
        const parts = [...uploaded.values()].sort((one, other) => one.part_number - other.part_number);
        await this.store.completeMultipart(upload, parts);
        await this.store.put(indexKey(key), image.index);
        sealed.resolve(image);
      },
    });
    await writer.write(disk, { signal: new AbortController().signal, progress: () => undefined });
    const { size, indexHash } = await sealed.promise;
    const sizes = { size: String(size), virtual_size: String(disk.virtualSize) };
    return { object_id, key, region: REGION, disk_format: 'qcow2', ...sizes, index_hash: indexHash, layers: [] };
  }

  /** A file as its owner uploaded it. */
  async storeFile(content: Buffer, disk_format: 'raw' | 'qcow2', virtualSize = content.length): Promise<BaseImage> {
    const { key, object_id } = newObject();
    await this.store.put(key, content);
    const sizes = { size: String(content.length), virtual_size: String(virtualSize) };
    return { object_id, key, region: REGION, disk_format, ...sizes, index_hash: null, layers: [] };
  }

  /** Where in the object of an image or a layer the middle of a cluster's frame is. */
  async placeOf(image: BaseImage, cluster: number): Promise<number> {
    const index = await this.index(image);
    const head = await this.store.read(image.key, { length: 5 * STORED_CLUSTER_SIZE });
    const l1 = Number(head.readBigUInt64BE(40));
    const l2 = Number(head.readBigUInt64BE(l1) & 0x00ff_ffff_ffff_fe00n);
    const start = head.readBigUInt64BE(l2 + cluster * 8) & ((1n << 50n) - 1n);
    const entry = index.find(cluster);
    if (entry === undefined || start === 0n) throw new Error(`cluster ${cluster} has no data`);
    return Number(start) + Math.floor(index.size(entry) / 2);
  }

  /** Changes one byte of an object. */
  async damage(key: string, at: number): Promise<void> {
    const { size } = await this.store.head(key);
    const bytes = await this.store.read(key, { length: size });
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x20, at);
    await this.store.put(key, bytes);
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.env.close();
  }
}

/** Numbers of the clusters in which a disk is not as its parent was, which has zeros behind its end. */
export function changedClusters(before: Buffer, after: Buffer): number[] {
  const clusters = Array.from({ length: Math.ceil(after.length / STORED_CLUSTER_SIZE) }, (_, cluster) => cluster);
  return clusters.filter((cluster) => {
    const [start, end] = [cluster * STORED_CLUSTER_SIZE, Math.min((cluster + 1) * STORED_CLUSTER_SIZE, after.length)];
    const old = Buffer.alloc(end - start);
    before.subarray(start, end).copy(old);
    return !old.equals(after.subarray(start, end));
  });
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function newObject(): { readonly key: string; readonly object_id: string } {
  const object_id = randomUUID();
  return { key: imageObjectKey(randomUUID(), object_id), object_id };
}
