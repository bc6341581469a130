import type { ClusterMap } from '../qcow2/cluster-map.ts';
import type { DiskMap } from '../reader/disk-map.ts';
import {
  compressedBytes,
  compressedOffset,
  compressedSectors,
  entryOffset,
  hasZeroFlag,
  isCompressed,
} from '../qcow2/format.ts';
import { UNREAD } from '../reader/piece.ts';
import type { Piece } from '../reader/piece.ts';
import type { Span } from '../source/coalesce.ts';
import { STORED_CLUSTER_BITS, STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { StoredImageDamagedError } from './stored-image-damaged.ts';

const SIZE = STORED_CLUSTER_SIZE;

/** Columns of a composed disk: 12 bytes for a cluster, however many layers there are. */
interface ChainColumns {
  /** Where the frame of each cluster begins in the layers, one behind the other; infinite when it reads as zeros. */
  readonly starts: Float64Array;
  /** Bytes of the sectors a frame is in, from its first byte. */
  readonly lengths: Uint32Array;
  /** Where the disk of a layer ended inside one of its clusters that the larger disk still has. */
  readonly ends: ReadonlyMap<number, number>;
}

/** Where every cluster of a disk lies in its layers. */
export class ChainMap implements DiskMap {
  readonly virtualSize: number;
  private readonly columns: ChainColumns;

  constructor(virtualSize: number, columns: ChainColumns) {
    this.virtualSize = virtualSize;
    this.columns = columns;
  }

  /** Clusters that have a frame. */
  get count(): number {
    return this.columns.starts.reduce((count, start) => count + (start === Infinity ? 0 : 1), 0);
  }

  /** The sectors of a cluster's frame, from its first byte on; none when the cluster reads as zeros. */
  frame(cluster: number): Span | undefined {
    const start = this.columns.starts[cluster] ?? Infinity;
    if (start === Infinity) return undefined;
    return { start, end: start + (this.columns.lengths[cluster] ?? 0) };
  }

  firstOffset(start: number, end: number): number {
    let first = Infinity;
    for (let cluster = Math.floor(start / SIZE); cluster * SIZE < end; cluster += 1) {
      first = Math.min(first, this.columns.starts[cluster] ?? Infinity);
    }
    return first;
  }

  pieces(start: number, end: number): Piece[] {
    const pieces: Piece[] = [];
    for (let cluster = Math.floor(start / SIZE); cluster * SIZE < end; cluster += 1) {
      const frame = this.frame(cluster);
      if (frame === undefined) continue;
      const from = Math.max(0, start - cluster * SIZE);
      const last = Math.min((cluster + 1) * SIZE, end, this.columns.ends.get(cluster) ?? Infinity);
      const length = last - (cluster * SIZE + from);
      const at = cluster * SIZE + from - start;
      const place = { at, length, from, start: frame.start, end: frame.end };
      if (length > 0) pieces.push({ ...place, encoding: 'zstd', unit: SIZE, bytes: UNREAD });
    }
    return pieces;
  }

  *runs(): Generator<{ start: number; end: number }> {
    let run: { start: number; end: number } | undefined;
    for (let cluster = 0; cluster * SIZE < this.virtualSize; cluster += 1) {
      if (this.columns.starts[cluster] === Infinity) continue;
      const start = cluster * SIZE;
      const end = Math.min(start + SIZE, this.virtualSize);
      if (run?.end === start) {
        run.end = end;
        continue;
      }
      if (run) yield run;
      run = { start, end };
    }
    if (run) yield run;
  }
}

/** A layer that has been inspected. */
export interface InspectedLayer {
  readonly map: ClusterMap;
  /** Bytes of its object. */
  readonly size: number;
}

/** Lays layers over one another, from the top to the base. The tables of each can be let go once it is added. */
export class ChainComposer {
  private readonly starts: Float64Array;
  private readonly lengths: Uint32Array;
  private readonly ends = new Map<number, number>();
  /** 1 for each cluster that a layer has said something of. */
  private readonly decided: Uint8Array;
  private readonly virtualSize: number;
  private smallest: number;
  private added = 0;
  private place = 0;

  constructor(virtualSize: number) {
    const clusters = Math.ceil(virtualSize / SIZE);
    this.virtualSize = virtualSize;
    this.smallest = virtualSize;
    this.starts = new Float64Array(clusters).fill(Infinity);
    this.lengths = new Uint32Array(clusters);
    this.decided = new Uint8Array(clusters);
  }

  /** @throws StoredImageDamagedError when it is no layer of this disk */
  add({ map, size }: InspectedLayer): void {
    if (map.virtualSize > this.smallest) {
      throw new StoredImageDamagedError(`The disk of layer ${this.added} is larger than that of the layer above`);
    }
    map.forEachEntry((cluster, high, low) => {
      const isZero = hasZeroFlag(low) && entryOffset(high, low) === 0;
      if (!isCompressed(high) && !isZero) {
        throw new StoredImageDamagedError(`Layer ${this.added} holds cluster ${cluster} as no stored image does`);
      }
      if (this.decided[cluster] === 1) return;
      this.decided[cluster] = 1;
      if (isCompressed(high)) this.putFrame(cluster, { high, low, size });
    });
    const last = Math.floor(map.virtualSize / SIZE);
    const isCut = map.virtualSize < this.virtualSize && map.virtualSize % SIZE !== 0;
    if (isCut && this.isOfThis(last)) this.ends.set(last, map.virtualSize);
    this.smallest = map.virtualSize;
    this.place += size;
    this.added += 1;
  }

  finish(): ChainMap {
    const { starts, lengths, ends } = this;
    return new ChainMap(this.virtualSize, { starts, lengths, ends });
  }

  /** Whether the layer that is being added has a cluster's frame. */
  private isOfThis(cluster: number): boolean {
    const start = this.starts[cluster] ?? Infinity;
    return start !== Infinity && start >= this.place;
  }

  private putFrame(cluster: number, { high, low, size }: { high: number; low: number; size: number }): void {
    const start = compressedOffset(high, low, STORED_CLUSTER_BITS);
    const bytes = compressedBytes(start, compressedSectors(high, STORED_CLUSTER_BITS));
    this.starts[cluster] = this.place + start;
    this.lengths[cluster] = Math.min(bytes, size - start);
  }
}
