import type { Extent } from '../reader/disk-reader.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';

/**
 * The clusters of a stored image that runs of changed bytes touch, ascending, each once. The runs may have any size, come
 * in any order and overlap. @throws RangeError for a run outside of the disk
 */
export function changedClusters(extents: Iterable<Extent>, virtualSize: number): Uint32Array {
  const changed = new Uint8Array(Math.ceil(virtualSize / STORED_CLUSTER_SIZE));
  for (const { offset, length } of extents) {
    if (!(offset >= 0 && length >= 0 && offset + length <= virtualSize)) {
      throw new RangeError(`The run ${offset}+${length} is outside of a disk of ${virtualSize} bytes`);
    }
    if (length === 0) continue;
    const end = Math.ceil((offset + length) / STORED_CLUSTER_SIZE);
    changed.fill(1, Math.floor(offset / STORED_CLUSTER_SIZE), end);
  }
  const clusters = new Uint32Array(changed.reduce((count, isChanged) => count + isChanged, 0));
  let used = 0;
  changed.forEach((isChanged, index) => {
    if (isChanged === 1) clusters[used++] = index;
  });
  return clusters;
}
