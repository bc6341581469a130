import { COMPRESSED_SECTOR } from '../qcow2/format.ts';
import { FIRST_DATA_PART, MAX_DATA_PARTS, MAX_FRAME_BYTES, MIN_PART_SIZE, partSize } from './layout.ts';
import { ChunkPool, PartBody } from './part-body.ts';
import { packPartClusters } from './part-record.ts';
import type { PartCluster, PartRecord, ZeroRun } from './part-record.ts';

/** Takes finished parts. */
export interface PartSink {
  /**
   * Uploads and journals one part; resolves when both are durable. Called for several at once. The body is reused after
   * that: it must not be kept.
   */
  store(record: PartRecord, body: readonly Buffer[], signal: AbortSignal): Promise<void>;
}

/** Bytes of parts that are being stored while the next one grows: two, each a cluster over its size at most. */
const BYTES_IN_FLIGHT = 2 * (MIN_PART_SIZE + MAX_FRAME_BYTES);

export interface PartWriterOptions {
  readonly sink: PartSink;
  readonly done: readonly PartRecord[];
  /** Clusters that may still come. */
  readonly clustersLeft: number;
  /** Least bytes of a part but the last; 12 MiB unless the store wants others. */
  readonly minPartSize?: number | undefined;
  /** Ends the uploads when one of them has failed, or the writer. */
  readonly abort: AbortController;
}

/** Packs frames into parts, in the order they come, and has the parts stored. */
export class PartWriter {
  private readonly records: PartRecord[];
  private readonly pool = new ChunkPool();
  private readonly inFlight = new Map<Promise<void>, number>();
  private readonly options: PartWriterOptions;
  private clustersLeft: number;
  private body: PartBody;
  private clusters: PartCluster[] = [];
  private zeros: ZeroRun[] = [];
  private target: number;

  constructor(options: PartWriterOptions) {
    this.options = options;
    this.records = [...options.done];
    this.clustersLeft = options.clustersLeft;
    this.body = new PartBody(this.pool);
    this.target = this.nextTarget();
  }

  /** Counts a cluster that needs no place. */
  skip(): void {
    this.clustersLeft -= 1;
  }

  /** Notes a cluster of a layer that became zero. It takes no bytes, only a place in the record of this part. */
  zero(index: number): void {
    const last = this.zeros.at(-1);
    if (last && last.index + last.count === index) {
      this.zeros[this.zeros.length - 1] = { index: last.index, count: last.count + 1 };
    } else {
      this.zeros.push({ index, count: 1 });
    }
    this.clustersLeft -= 1;
  }

  /** Waits when too many parts are in flight; rejects when one of them has failed. */
  async add(index: number, frame: Buffer, hash: Uint8Array): Promise<void> {
    this.clusters.push({ index, offset: this.body.size, size: frame.length, hash });
    this.body.append(frame);
    this.clustersLeft -= 1;
    if (this.body.size >= this.target) await this.closePart();
  }

  /** Stores the last part and answers all records when every part is durable. */
  async finish(): Promise<readonly PartRecord[]> {
    if (this.body.size > 0 || this.zeros.length > 0) await this.closePart();
    await Promise.all(this.inFlight.keys());
    return this.records;
  }

  /** Resolves when no part is in flight, however they ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.inFlight.keys());
  }

  private async closePart(): Promise<void> {
    // Readers of compressed clusters read whole sectors; a part of zeroed clusters alone has one, since none is empty.
    const sectors = Math.max(1, Math.ceil(this.body.size / COMPRESSED_SECTOR));
    this.body.append(Buffer.alloc(sectors * COMPRESSED_SECTOR - this.body.size));
    const { body } = this;
    const record: PartRecord = {
      part_number: FIRST_DATA_PART + this.records.length,
      size: body.size,
      clusters: packPartClusters(this.clusters, this.zeros),
    };
    this.records.push(record);
    this.body = new PartBody(this.pool);
    this.clusters = [];
    this.zeros = [];
    this.target = this.nextTarget();
    await this.room(record.size);
    this.options.abort.signal.throwIfAborted();
    const stored = this.store(record, body);
    this.inFlight.set(stored, record.size);
    stored.then(
      () => this.inFlight.delete(stored),
      (error: unknown) => {
        this.options.abort.abort(error);
      }, // it stays in the map, so that the next wait rejects
    );
  }

  private async store(record: PartRecord, body: PartBody): Promise<void> {
    await this.options.sink.store(record, body.buffers(), this.options.abort.signal);
    body.release();
  }

  private async room(bytes: number): Promise<void> {
    const taken = (): number => [...this.inFlight.values()].reduce((sum, size) => sum + size, 0);
    while (this.inFlight.size > 0 && taken() + bytes > BYTES_IN_FLIGHT) await Promise.race(this.inFlight.keys());
  }

  private nextTarget(): number {
    return partSize(this.clustersLeft, MAX_DATA_PARTS - this.records.length, this.options.minPartSize);
  }
}
