import { createHash } from 'node:crypto';
import { packIndex } from './cluster-index.ts';
import type { ClusterIndex } from './cluster-index.ts';
import { makeHead } from './image-head.ts';
import type { PlacedFrames } from './image-head.ts';
import { FIRST_DATA_PART, STORED_CLUSTER_SIZE, storedLayout } from './layout.ts';
import type { StoredLayout } from './layout.ts';
import { mergeIndex, refuseSmallerDisk } from './merge-index.ts';
import type { LayerClusters } from './merge-index.ts';
import { HASH_BYTES, partClusters } from './part-record.ts';
import type { PartRecord } from './part-record.ts';

export interface SealedImage {
  /** Part 1. */
  readonly head: Buffer;
  /** Bytes of the whole object. */
  readonly size: number;
  /** Content of `<key>.index`: of the whole disk, also when the object is a layer. */
  readonly index: Buffer;
  /** SHA-256 over the index, hex: the image's identity. */
  readonly indexHash: string;
  /** Bytes of the disk in clusters that hold data, in whatever layer. */
  readonly allocatedBytes: number;
}

/**
 * Makes the head and the index of a stored image, or of a layer on the parent whose index is given. Pure: the same
 * records give the same bytes. In a layer what is in no part is as in the parent, so that a cluster that became zero has
 * the zero flag.
 */
export function sealStoredImage(virtualSize: number, parts: readonly PartRecord[], parent?: ClusterIndex): SealedImage {
  if (parent !== undefined) refuseSmallerDisk(virtualSize, parent);
  const layout = storedLayout(virtualSize);
  const placed = placeClusters(layout, parts, parent);
  const size = layout.headBytes + parts.reduce((sum, part) => sum + part.size, 0);
  const disk = parent === undefined ? placed : mergeIndex(parent, placed);
  const index = packIndex(virtualSize, disk);
  const lastStart = (layout.clusters - 1) * STORED_CLUSTER_SIZE;
  const missing = disk.sizes.at(-1) === 0 ? 0 : lastStart + STORED_CLUSTER_SIZE - virtualSize;
  return {
    head: makeHead({ virtualSize, layout, placed, size }),
    size,
    index,
    indexHash: createHash('sha256').update(index).digest('hex'),
    allocatedBytes: disk.count * STORED_CLUSTER_SIZE - missing,
  };
}

/** What became of each cluster of the disk. */
type PlacedClusters = LayerClusters & PlacedFrames;

/** Records that do not fit together are a mistake of ours: it throws. */
function placeClusters(layout: StoredLayout, parts: readonly PartRecord[], parent?: ClusterIndex): PlacedClusters {
  const offsets = new Float64Array(layout.clusters);
  const sizes = new Uint32Array(layout.clusters);
  const hashes = new Uint8Array(layout.clusters * HASH_BYTES);
  const zeroed = new Uint8Array(layout.clusters);
  let count = 0;
  let partOffset = layout.headBytes;
  parts.forEach((part, at) => {
    if (part.part_number !== at + FIRST_DATA_PART) throw new Error(`Part ${at + FIRST_DATA_PART} is missing`);
    for (const { index, offset, size, hash } of partClusters(part)) {
      if (index >= layout.clusters || offset + size > part.size) {
        throw new Error(`The record of part ${part.part_number} places cluster ${index} outside of the image`);
      }
      if (sizes[index] !== 0 || zeroed[index] === 1) throw new Error(`Cluster ${index} is in two places`);
      if (size === 0) {
        if (parent?.find(index) === undefined) throw new Error(`Cluster ${index} became zero and has no parent`);
        zeroed[index] = 1;
        continue;
      }
      offsets[index] = partOffset + offset;
      sizes[index] = size;
      hashes.set(hash, index * HASH_BYTES);
      count += 1;
    }
    partOffset += part.size;
  });
  return { offsets, sizes, hashes, zeroed, count };
}
