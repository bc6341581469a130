import { assertRange, fillFrom } from '../source/byte-source.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { coalesce } from '../source/coalesce.ts';
import { decodeCluster } from './decode.ts';
import { decodeClusters } from './decode-clusters.ts';
import type { DiskMap } from './disk-map.ts';
import { DiskReader } from './disk-reader.ts';
import type { ClusterOptions, DiskCluster, Extent } from './disk-reader.ts';
import { freeNow } from './free-now.ts';
import type { EncodedCluster } from './piece.ts';
import { readClusters } from './read-clusters.ts';
import { openCluster } from './read-plan.ts';
import type { OpenCluster } from './read-plan.ts';

/** The disk in a file, or in layers of them, whose tables say where its bytes are. They have been checked. */
export class MappedReader extends DiskReader {
  override readonly virtualSize: number;
  private readonly source: ByteSource;
  private readonly map: DiskMap;

  constructor(source: ByteSource, map: DiskMap) {
    super();
    this.source = source;
    this.map = map;
    this.virtualSize = map.virtualSize;
  }

  override *extents(): Generator<Extent> {
    for (const { start, end } of this.map.runs()) yield { offset: start, length: end - start };
  }

  override async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    assertRange({ size: this.virtualSize }, offset, length);
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  override async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    const { length } = target;
    assertRange({ size: this.virtualSize }, offset, length);
    signal?.throwIfAborted();
    const pieces = this.map.pieces(offset, offset + length).sort((a, b) => a.start - b.start);
    const memory: Buffer[] = [];
    for (const range of coalesce(pieces)) {
      const data = Buffer.allocUnsafeSlow(range.end - range.start);
      await fillFrom(this.source, range.start, data, signal);
      memory.push(data);
      for (const piece of range.items) {
        piece.bytes = data.subarray(piece.start - range.start, piece.end - range.start);
      }
    }
    decodeCluster({ index: 0, length, pieces }, target);
    for (const data of memory) freeNow(data);
  }

  override clusters(options: ClusterOptions): AsyncGenerator<DiskCluster> {
    return decodeClusters(this.encodedClusters(options));
  }

  override encodedClusters({ clusterSize, skip, signal }: ClusterOptions): AsyncGenerator<EncodedCluster> {
    const first = this.firstOffsets(clusterSize);
    const order = Uint32Array.from(toRead(first, skip));
    const firstOffset = (index: number): number => first[index] ?? Infinity;
    order.sort((a, b) => firstOffset(a) - firstOffset(b));
    const open = (index: number): OpenCluster => {
      const start = index * clusterSize;
      const end = Math.min(start + clusterSize, this.virtualSize);
      return openCluster(index, end - start, this.map.pieces(start, end));
    };
    return readClusters(this.source, { order, firstOffset, open }, signal);
  }

  private firstOffsets(clusterSize: number): Float64Array {
    const first = new Float64Array(Math.ceil(this.virtualSize / clusterSize));
    for (let index = 0; index < first.length; index += 1) {
      const start = index * clusterSize;
      first[index] = this.map.firstOffset(start, Math.min(start + clusterSize, this.virtualSize));
    }
    return first;
  }
}

function* toRead(first: Float64Array, skip?: (index: number) => boolean): Generator<number> {
  for (let index = 0; index < first.length; index += 1) {
    if (first[index] !== Infinity && skip?.(index) !== true) yield index;
  }
}
