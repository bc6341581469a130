import { FIRST_DATA_PART, STORED_CLUSTER_SIZE } from './layout.ts';
import { refuseSmallerDisk } from './merge-index.ts';
import { partClusters } from './part-record.ts';
import type { PartRecord } from './part-record.ts';
import type { StoreOptions } from './write-stored-image.ts';

/** What of a disk is still to be stored, and what is done. */
export class StoreWork {
  private readonly virtualSize: number;
  /** 1 for each cluster that is left. */
  private readonly clusters: Uint8Array;
  private readonly progress: (bytesDone: number) => void;
  private bytesDone = 0;

  /** Reports what earlier parts have. Throws when they, or the layer, do not fit the disk. */
  constructor(virtualSize: number, { done, layer, progress }: Pick<StoreOptions, 'done' | 'layer' | 'progress'>) {
    this.virtualSize = virtualSize;
    this.progress = progress;
    this.clusters = new Uint8Array(Math.ceil(virtualSize / STORED_CLUSTER_SIZE));
    if (layer === undefined) {
      this.clusters.fill(1);
    } else {
      refuseSmallerDisk(virtualSize, layer.parent);
      for (const index of layer.changed) this.clusters[this.inside(index)] = 1;
    }
    this.takeOff(done);
    if (this.bytesDone > 0) progress(this.bytesDone);
  }

  get clustersLeft(): number {
    return this.clusters.reduce((count, isLeft) => count + isLeft, 0);
  }

  isLeft(index: number): boolean {
    return this.clusters[index] === 1;
  }

  *left(): Generator<number> {
    for (let index = 0; index < this.clusters.length; index += 1) if (this.isLeft(index)) yield index;
  }

  /** The cluster is done. */
  end(index: number): void {
    this.clusters[index] = 0;
    this.bytesDone += this.lengthOf(index);
    this.progress(this.bytesDone);
  }

  private takeOff(parts: readonly PartRecord[]): void {
    parts.forEach((part, at) => {
      const expected = at + FIRST_DATA_PART;
      if (part.part_number !== expected) throw new Error(`Part ${expected} of the earlier attempt is missing`);
      for (const { index } of partClusters(part)) {
        this.clusters[this.inside(index)] = 0;
        this.bytesDone += this.lengthOf(index);
      }
    });
  }

  private inside(index: number): number {
    if (index in this.clusters) return index;
    throw new RangeError(`Cluster ${index} is outside of a disk of ${this.clusters.length}`);
  }

  private lengthOf(index: number): number {
    return Math.min(STORED_CLUSTER_SIZE, this.virtualSize - index * STORED_CLUSTER_SIZE);
  }
}
