import { fillFrom } from '../source/byte-source.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { RANGE_LIMITS } from '../source/coalesce.ts';
import { inOrder } from '../source/in-order.ts';
import { Semaphore } from '../source/semaphore.ts';
import { freeNow } from './free-now.ts';
import type { EncodedCluster } from './piece.ts';
import { planReads } from './read-plan.ts';
import type { OpenCluster, PlannedDisk, ReadStep, Wanted } from './read-plan.ts';

/** Bytes that are asked for ahead of the consumer. */
const BYTES_IN_FLIGHT = 16 * 2 ** 20;
const READS_IN_FLIGHT = 16;

interface StepData {
  readonly step: ReadStep;
  /** The ranges one after the other. */
  readonly data: Buffer;
}

/**
 * Reads the clusters of a plan, each as soon as the walk through the source has all of it. The bytes of a cluster are
 * overwritten after the next one is asked for: memory is reused, so that it stays flat.
 */
export async function* readClusters(
  source: ByteSource,
  disk: PlannedDisk,
  signal?: AbortSignal,
): AsyncGenerator<EncodedCluster> {
  const places = new Semaphore(READS_IN_FLIGHT);
  const memory = new StepMemory();
  const read = async (step: ReadStep): Promise<StepData> => {
    const data = memory.take(step.bytes);
    let used = 0;
    const targets = step.ranges.map(({ start, end }) => data.subarray(used, (used += end - start)));
    const reads = step.ranges.map(({ start }, at) =>
      places.run(async () => {
        signal?.throwIfAborted();
        await fillFrom(source, start, targets[at] ?? data, signal);
      }),
    );
    await Promise.all(reads);
    return { step, data };
  };
  const steps = inOrder(planReads(disk), { run: read, weigh: (step) => step.weight, budget: BYTES_IN_FLIGHT });
  for await (const { step, data } of steps) {
    for (const cluster of distribute(step, data)) {
      signal?.throwIfAborted();
      yield cluster;
    }
    memory.giveBack(data);
  }
  memory.end();
}

/** Gives the pieces of a step to their clusters and answers those that are complete. */
function* distribute(step: ReadStep, data: Buffer): Generator<EncodedCluster> {
  const complete: OpenCluster[] = [];
  let used = 0;
  for (const range of step.ranges) {
    for (const { cluster, piece, start, end } of range.items) {
      piece.bytes = data.subarray(used + start - range.start, used + end - range.start);
      cluster.missing -= 1;
      if (cluster.missing === 0) complete.push(cluster);
    }
    used += range.end - range.start;
  }
  for (const cluster of complete) {
    yield cluster;
    for (const copy of cluster.copies) freeNow(copy);
  }
  for (const { items } of step.ranges) {
    for (const wanted of items) if (wanted.cluster.missing > 0) keep(wanted);
  }
}

/** Copies what waits for a later step, since the memory of this one is used again. */
function keep({ cluster, piece }: Wanted): void {
  piece.bytes = Buffer.from(piece.bytes);
  cluster.copies.push(piece.bytes);
}

/** Buffers of the size of a step, used again and again. */
class StepMemory {
  private readonly free: Buffer[] = [];

  take(bytes: number): Buffer {
    const reused = this.free.pop();
    if (reused && reused.length >= bytes) return reused;
    if (reused) freeNow(reused);
    return Buffer.allocUnsafeSlow(Math.max(bytes, RANGE_LIMITS.maxBytes));
  }

  giveBack(buffer: Buffer): void {
    this.free.push(buffer);
  }

  /** For when no read is in flight that could still write there. */
  end(): void {
    for (const buffer of this.free.splice(0)) freeNow(buffer);
  }
}
