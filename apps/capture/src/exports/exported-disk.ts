import { type ClusterOptions, type DiskCluster, DiskReader, type EncodedCluster, type Extent } from '@imago/disk-image';

/** Where the bytes of a disk are asked for; reads of one disk go on at the same time. */
export interface RangedDisk {
  /** Bytes. */
  readonly size: number;
  readInto(offset: number, target: Buffer, signal: AbortSignal): Promise<unknown>;
}

/** Neighbouring clusters that are read at once. */
interface Run {
  readonly first: number;
  readonly bytes: number;
}

/** Bytes of one read, and reads at the same time: all the memory it takes. */
const RUN_BYTES = 4 * 2 ** 20;
const READS_AT_ONCE = 4;

/** Chosen clusters of a disk that is read in ranges; the rest of it reads as zeros, or as in the parent of a layer. */
export class ExportedDisk extends DiskReader {
  override readonly virtualSize: number;
  readonly #disk: RangedDisk;
  readonly #clusterSize: number;
  readonly #clusters: Uint32Array;

  /** @param clusters numbers of the clusters of `clusterSize` bytes, ascending. */
  constructor(disk: RangedDisk, clusterSize: number, clusters: Uint32Array) {
    super();
    this.virtualSize = disk.size;
    this.#disk = disk;
    this.#clusterSize = clusterSize;
    this.#clusters = clusters;
  }

  override *extents(): Generator<Extent> {
    for (const cluster of this.#clusters) {
      yield { offset: cluster * this.#clusterSize, length: this.#lengthOf(cluster) };
    }
  }

  override async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.allocUnsafeSlow(length);
    await this.#disk.readInto(offset, target, signal ?? new AbortController().signal);
    return target;
  }

  override async *clusters(options: ClusterOptions): AsyncGenerator<DiskCluster> {
    for await (const { index, pieces } of this.encodedClusters(options)) {
      yield { index, data: Buffer.concat(pieces.map((piece) => piece.bytes)) };
    }
  }

  override async *encodedClusters({ clusterSize, skip, signal }: ClusterOptions): AsyncGenerator<EncodedCluster> {
    if (clusterSize !== this.#clusterSize) throw new RangeError(`The clusters have ${this.#clusterSize} bytes`);
    const ends = new AbortController();
    const until = signal === undefined ? ends.signal : AbortSignal.any([signal, ends.signal]);
    const runs = this.#runs(skip ?? (() => false));
    const memory = new RunMemory();
    const reads: Promise<{ run: Run; data: Buffer }>[] = [];
    try {
      for (;;) {
        while (reads.length < READS_AT_ONCE) {
          const next = runs.next();
          if (next.done === true) break;
          reads.push(this.#readRun(next.value, memory.take(), until));
          reads.at(-1)?.catch(() => undefined); // it is met at its turn
        }
        const read = await reads.shift();
        if (read === undefined) return;
        yield* this.#clustersOf(read.run, read.data);
        memory.giveBack(read.data);
      }
    } finally {
      ends.abort();
      await Promise.allSettled(reads);
    }
  }

  async #readRun(run: Run, memory: Buffer, signal: AbortSignal): Promise<{ run: Run; data: Buffer }> {
    await this.#disk.readInto(run.first * this.#clusterSize, memory.subarray(0, run.bytes), signal);
    return { run, data: memory };
  }

  *#clustersOf({ first, bytes }: Run, data: Buffer): Generator<EncodedCluster> {
    for (let at = 0; at < bytes; at += this.#clusterSize) {
      const index = first + at / this.#clusterSize;
      const start = index * this.#clusterSize;
      const length = Math.min(this.#clusterSize, bytes - at);
      const piece = { at: 0, length, unit: length, from: 0, start, end: start + length };
      yield { index, length, pieces: [{ ...piece, encoding: 'plain', bytes: data.subarray(at, at + length) }] };
    }
  }

  *#runs(skip: (cluster: number) => boolean): Generator<Run> {
    let run: Run | undefined;
    for (const cluster of this.#clusters) {
      if (skip(cluster)) continue;
      const length = this.#lengthOf(cluster);
      const isNext = run !== undefined && cluster * this.#clusterSize === run.first * this.#clusterSize + run.bytes;
      if (run !== undefined && isNext && run.bytes + length <= RUN_BYTES) {
        run = { first: run.first, bytes: run.bytes + length };
        continue;
      }
      if (run !== undefined) yield run;
      run = { first: cluster, bytes: length };
    }
    if (run !== undefined) yield run;
  }

  #lengthOf(cluster: number): number {
    return Math.min(this.#clusterSize, this.virtualSize - cluster * this.#clusterSize);
  }
}

/** Buffers of the size of a run, used again and again. */
class RunMemory {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(RUN_BYTES);
  }

  giveBack(buffer: Buffer): void {
    this.#free.push(buffer);
  }
}
