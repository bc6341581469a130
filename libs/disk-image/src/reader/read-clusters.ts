import type { ByteSource } from '../source/byte-source.ts';
import { inOrder } from '../source/in-order.ts';
import { Semaphore } from '../source/semaphore.ts';
import type { EncodedCluster } from './piece.ts';
import { planReads } from './read-plan.ts';
import type { OpenCluster, PlannedDisk, ReadStep } from './read-plan.ts';

/** Bytes that are asked for ahead of the consumer. */
const BYTES_IN_FLIGHT = 32 * 2 ** 20;
const READS_IN_FLIGHT = 16;

/** Reads the clusters of a plan, each as soon as the walk through the source has all of it. */
export async function* readClusters(
  source: ByteSource,
  disk: PlannedDisk,
  signal?: AbortSignal,
): AsyncGenerator<EncodedCluster> {
  const places = new Semaphore(READS_IN_FLIGHT);
  const read = async (step: ReadStep): Promise<{ step: ReadStep; data: Buffer[] }> => {
    const data = await Promise.all(
      step.ranges.map(({ start, end }) =>
        places.run(() => {
          signal?.throwIfAborted();
          return source.read(start, end - start, signal);
        }),
      ),
    );
    return { step, data };
  };
  const steps = inOrder(planReads(disk), { run: read, weigh: (step) => step.bytes, budget: BYTES_IN_FLIGHT });
  for await (const { step, data } of steps) {
    signal?.throwIfAborted();
    yield* distribute(step, data);
  }
}

/** Gives the pieces of a step to their clusters and answers those that are complete. */
function* distribute(step: ReadStep, data: readonly Buffer[]): Generator<EncodedCluster> {
  const complete: OpenCluster[] = [];
  step.ranges.forEach((range, at) => {
    for (const { cluster, piece, start, end } of range.items) {
      cluster.bytes[piece] = data[at]?.subarray(start - range.start, end - range.start);
      cluster.missing -= 1;
      if (cluster.missing === 0) complete.push(cluster);
    }
  });
  for (const cluster of complete) yield encoded(cluster);
  for (const { cluster, piece } of step.ranges.flatMap((range) => range.items)) {
    const bytes = cluster.bytes[piece];
    // What waits for a later step is copied: a slice would keep its whole range in memory.
    if (cluster.missing > 0 && bytes) cluster.bytes[piece] = Buffer.from(bytes);
  }
}

function encoded({ index, length, places, bytes }: OpenCluster): EncodedCluster {
  return { index, length, pieces: places.map((place, at) => ({ ...place, bytes: bytes[at] ?? Buffer.alloc(0) })) };
}
