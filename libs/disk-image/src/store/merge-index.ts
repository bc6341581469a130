import type { ClusterIndex, IndexedClusters } from './cluster-index.ts';
import { HASH_BYTES } from './part-record.ts';

/** What a layer has of a disk: columns as long as the disk. */
export interface LayerClusters extends IndexedClusters {
  /** 1 for each cluster that is zero now and was not in the parent. */
  readonly zeroed: Uint8Array;
}

/** The whole disk: what the layer has, the parent's clusters everywhere else. Pure; the disk is as large or larger. */
export function mergeIndex(parent: ClusterIndex, layer: LayerClusters): IndexedClusters {
  const sizes = Uint32Array.from(layer.sizes);
  const hashes = Uint8Array.from(layer.hashes); // a Buffer's slice would be the same memory
  let { count } = layer;
  for (let entry = 0; entry < parent.count; entry += 1) {
    const cluster = parent.cluster(entry);
    if (cluster >= sizes.length) throw new Error('The disk of a layer is smaller than its parent');
    if (sizes[cluster] !== 0 || layer.zeroed[cluster] === 1) continue;
    sizes[cluster] = parent.size(entry);
    hashes.set(parent.hash(entry), cluster * HASH_BYTES);
    count += 1;
  }
  return { sizes, hashes, count };
}

/** A layer is of a disk as large as its parent's, or larger: behind the parent's end are zeros. */
export function refuseSmallerDisk(virtualSize: number, parent: ClusterIndex): void {
  if (virtualSize >= parent.virtualSize) return;
  throw new Error(`A disk of ${virtualSize} bytes is smaller than its parent of ${parent.virtualSize}`);
}
