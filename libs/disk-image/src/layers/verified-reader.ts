import { DiskReader } from '../reader/disk-reader.ts';
import type { ClusterOptions, DiskCluster, Extent } from '../reader/disk-reader.ts';
import type { EncodedCluster } from '../reader/piece.ts';
import { assertRange } from '../source/byte-source.ts';
import type { ClusterIndex } from '../store/cluster-index.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { StoredImageDamagedError } from './stored-image-damaged.ts';

const SIZE = STORED_CLUSTER_SIZE;

/** A disk whose clusters are checked against their index, each before a byte of it is given out. */
export class VerifiedReader extends DiskReader {
  override readonly virtualSize: number;
  private readonly disk: DiskReader;
  private readonly index: ClusterIndex;

  constructor(disk: DiskReader, index: ClusterIndex) {
    super();
    this.virtualSize = disk.virtualSize;
    this.disk = disk;
    this.index = index;
  }

  override extents(): Iterable<Extent> {
    return this.disk.extents();
  }

  override async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    assertRange({ size: this.virtualSize }, offset, length);
    const start = offset - (offset % SIZE);
    const end = Math.min(Math.ceil((offset + length) / SIZE) * SIZE, this.virtualSize);
    const data = await this.disk.read(start, Math.max(0, end - start), signal);
    this.check(start / SIZE, data);
    return data.subarray(offset - start, offset - start + length);
  }

  override async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    const end = offset + target.length;
    if (offset % SIZE !== 0 || (end % SIZE !== 0 && end !== this.virtualSize)) {
      await super.readInto(offset, target, signal);
      return;
    }
    await this.disk.readInto(offset, target, signal);
    this.check(offset / SIZE, target);
  }

  override async *clusters({ clusterSize, skip, signal }: ClusterOptions): AsyncGenerator<DiskCluster> {
    const parts = Math.max(1, SIZE / clusterSize);
    const wanted = (cluster: number): number[] =>
      Array.from({ length: parts }, (_, at) => cluster * parts + at).filter((index) => skip?.(index) !== true);
    const whole = {
      clusterSize: Math.max(SIZE, clusterSize),
      skip: (cluster: number) => wanted(cluster).length === 0,
      ...(signal && { signal }),
    };
    for await (const { index: cluster, data } of this.disk.clusters(whole)) {
      this.check((cluster * whole.clusterSize) / SIZE, data);
      for (const index of wanted(cluster)) {
        const from = (index - cluster * parts) * clusterSize;
        if (from < data.length) yield { index, data: data.subarray(from, from + clusterSize) };
      }
    }
  }

  /** Decoded already, since it had to be for the check. */
  override async *encodedClusters(options: ClusterOptions): AsyncGenerator<EncodedCluster> {
    for await (const { index, data } of this.clusters(options)) {
      const { length } = data;
      const place = { at: 0, length, unit: length, from: 0, start: 0, end: length };
      yield { index, length, pieces: [{ ...place, encoding: 'plain', bytes: data }] };
    }
  }

  /** Checks clusters from `first` on. */
  private check(first: number, data: Buffer): void {
    for (let from = 0; from < data.length; from += SIZE) {
      const cluster = first + from / SIZE;
      if (this.index.fits(cluster, data.subarray(from, from + SIZE))) continue;
      throw new StoredImageDamagedError(`The bytes of cluster ${cluster} do not have its hash`);
    }
  }
}
