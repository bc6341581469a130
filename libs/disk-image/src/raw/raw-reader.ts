import { decodeClusters } from '../reader/decode-clusters.ts';
import { DiskReader } from '../reader/disk-reader.ts';
import type { ClusterOptions, DiskCluster, Extent } from '../reader/disk-reader.ts';
import { UNREAD } from '../reader/piece.ts';
import type { EncodedCluster } from '../reader/piece.ts';
import { readClusters } from '../reader/read-clusters.ts';
import { openCluster } from '../reader/read-plan.ts';
import type { OpenCluster } from '../reader/read-plan.ts';
import { fillFrom } from '../source/byte-source.ts';
import type { ByteSource } from '../source/byte-source.ts';

/** The disk that a raw file is. Where it is zero is only known from its bytes. */
export class RawReader extends DiskReader {
  override readonly virtualSize: number;
  private readonly source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.source = source;
    this.virtualSize = source.size;
  }

  override extents(): Extent[] {
    return [{ offset: 0, length: this.virtualSize }];
  }

  override read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    return this.source.read(offset, length, signal);
  }

  override async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    await fillFrom(this.source, offset, target, signal);
  }

  override clusters(options: ClusterOptions): AsyncGenerator<DiskCluster> {
    return decodeClusters(this.encodedClusters(options));
  }

  override encodedClusters({ clusterSize, skip, signal }: ClusterOptions): AsyncGenerator<EncodedCluster> {
    const all = new Uint32Array(Math.ceil(this.virtualSize / clusterSize)).map((_, index) => index);
    const order = skip ? all.filter((index) => !skip(index)) : all;
    const firstOffset = (index: number): number => index * clusterSize;
    const open = (index: number): OpenCluster => {
      const start = firstOffset(index);
      const length = Math.min(clusterSize, this.virtualSize - start);
      const place = { at: 0, length, start, end: start + length, unit: length, from: 0 };
      return openCluster(index, length, [{ ...place, encoding: 'plain', bytes: UNREAD }]);
    };
    return readClusters(this.source, { order, firstOffset, open }, signal);
  }
}
