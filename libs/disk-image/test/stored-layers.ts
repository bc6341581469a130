import {
  BufferSource,
  changedClusters,
  openLayers,
  sealStoredImage,
  STORED_CLUSTER_SIZE,
  unpackIndex,
} from '../src/index.ts';
import type { ByteSource, ClusterIndex, DiskReader, Extent, PartRecord } from '../src/index.ts';
import { MemoryParts, rawDisk, writeSmallParts } from './stored-object.ts';

const SIZE = STORED_CLUSTER_SIZE;

/** A stored image or a layer, with the disk it is of. */
export interface StoredDisk {
  readonly content: Buffer;
  readonly object: Buffer;
  readonly parts: readonly PartRecord[];
  /** Content of `<key>.index`. */
  readonly packed: Buffer;
  readonly index: ClusterIndex;
  readonly indexHash: string;
  /** Objects of the disk, from the top layer to the base. */
  readonly layers: readonly Buffer[];
}

/** An image of its own. */
export async function storeWhole(content: Buffer): Promise<StoredDisk> {
  const sink = new MemoryParts();
  const parts = await writeSmallParts(await rawDisk(content), { sink });
  const object = sink.object(content.length, parts);
  const { index, indexHash } = sealStoredImage(content.length, parts);
  return { content, object, parts, packed: index, index: unpackIndex(index), indexHash, layers: [object] };
}

/** What a parent's disk became, as a layer on it. */
export async function storeLayer(content: Buffer, parent: StoredDisk): Promise<StoredDisk> {
  const sink = new MemoryParts();
  const layer = { parent: parent.index, changed: changedSince(parent.content, content) };
  const parts = await writeSmallParts(await rawDisk(content), { sink, layer });
  const object = sink.object(content.length, parts, parent.index);
  const { index, indexHash } = sealStoredImage(content.length, parts, parent.index);
  return {
    content,
    object,
    parts,
    packed: index,
    index: unpackIndex(index),
    indexHash,
    layers: [object, ...parent.layers],
  };
}

/** Clusters in which two disks differ; the shorter one has zeros behind its end. */
export function changedSince(before: Buffer, after: Buffer): Uint32Array {
  const grown = Buffer.alloc(after.length);
  before.copy(grown);
  const extents: Extent[] = [];
  for (let offset = 0; offset < after.length; offset += SIZE) {
    const length = Math.min(SIZE, after.length - offset);
    if (!grown.subarray(offset, offset + length).equals(after.subarray(offset, offset + length))) {
      extents.push({ offset, length });
    }
  }
  return changedClusters(extents, after.length);
}

/** An index without one of its entries. */
export function indexWithout(packed: Buffer, entry: number): ClusterIndex {
  const shorter = Buffer.concat([packed.subarray(0, 32 + entry * 40), packed.subarray(32 + (entry + 1) * 40)]);
  shorter.writeUInt32BE(packed.readUInt32BE(20) - 1, 20);
  return unpackIndex(shorter);
}

/** An index that says a frame has so many bytes more. */
export function indexOff(packed: Buffer, entry: number, bytes: number): ClusterIndex {
  const other = Buffer.from(packed);
  const at = 32 + entry * 40 + 4;
  other.writeUInt32BE(other.readUInt32BE(at) + bytes, at);
  return unpackIndex(other);
}

export function sources(objects: readonly Buffer[]): ByteSource[] {
  return objects.map((object) => new BufferSource(object));
}

export function openStored(disk: StoredDisk, index?: ClusterIndex): Promise<DiskReader> {
  return openLayers(sources(disk.layers), index ? { index } : {});
}

/** The whole disk. */
export async function readBack(reader: DiskReader): Promise<Buffer> {
  return reader.read(0, reader.virtualSize);
}

/** The disk with some of it replaced, and as large as `size` says. */
export function changedDisk(
  content: Buffer,
  changes: readonly (Extent & { readonly fill: string | number | Buffer })[],
  size = content.length,
): Buffer {
  const disk = Buffer.alloc(size);
  content.copy(disk);
  for (const { offset, length, fill } of changes) disk.fill(fill, offset, offset + length);
  return disk;
}
