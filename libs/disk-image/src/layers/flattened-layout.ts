import { COMPRESSED_SECTOR } from '../qcow2/format.ts';
import type { ClusterIndex } from '../store/cluster-index.ts';
import { makeHead } from '../store/image-head.ts';
import { storedLayout } from '../store/layout.ts';

/** Bytes of the flattened form of the disk an index is of. */
export function flattenedSize(index: ClusterIndex): number {
  let size = storedLayout(index.virtualSize).headBytes;
  for (let entry = 0; entry < index.count; entry += 1) size += index.size(entry);
  return wholeSectors(size);
}

/** The place of every byte of the flattened form of a disk: its index decides it alone. */
export class FlattenedLayout {
  readonly size: number;
  readonly headBytes: number;
  private readonly index: ClusterIndex;
  /** Where the frame of each entry of the index begins, and where the last one ends. */
  private readonly starts: Float64Array;

  constructor(index: ClusterIndex) {
    this.index = index;
    this.headBytes = storedLayout(index.virtualSize).headBytes;
    this.starts = new Float64Array(index.count + 1);
    let start = this.headBytes;
    for (let entry = 0; entry < index.count; entry += 1) {
      this.starts[entry] = start;
      start += index.size(entry);
    }
    this.starts[index.count] = start;
    this.size = wholeSectors(start);
  }

  /** Where the frame of an entry begins; of the entry behind the last one, where the frames end. */
  start(entry: number): number {
    return this.starts[entry] ?? 0;
  }

  /** The entry whose frame has the byte at an offset behind the head; the number of entries when none has. */
  entryAt(offset: number): number {
    let low = 0;
    let high = this.index.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.start(middle + 1) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Header and tables, as every stored image has them. */
  head(): Buffer {
    const { virtualSize, count } = this.index;
    const layout = storedLayout(virtualSize);
    const offsets = new Float64Array(layout.clusters);
    const sizes = new Uint32Array(layout.clusters);
    for (let entry = 0; entry < count; entry += 1) {
      const cluster = this.index.cluster(entry);
      offsets[cluster] = this.start(entry);
      sizes[cluster] = this.index.size(entry);
    }
    return makeHead({ virtualSize, layout, placed: { offsets, sizes }, size: this.size });
  }
}

/** Readers of compressed clusters read whole sectors. */
function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / COMPRESSED_SECTOR) * COMPRESSED_SECTOR;
}
