import type { DiskReader } from '../reader/disk-reader.ts';
import type { EncodedCluster } from '../reader/piece.ts';
import { inOrder } from '../source/in-order.ts';
import { withClusterPool } from '../work/cluster-pool.ts';
import type { LentPool } from '../work/cluster-pool.ts';
import { CompressionSlots } from '../work/compression-slots.ts';
import { FIRST_DATA_PART, STORED_CLUSTER_SIZE } from './layout.ts';
import { partClusters } from './part-record.ts';
import type { PartRecord } from './part-record.ts';
import { PartWriter } from './part-writer.ts';
import type { PartSink } from './part-writer.ts';

export interface StoreOptions {
  /** Parts of an earlier attempt, contiguous from part 2. */
  readonly done: readonly PartRecord[];
  readonly sink: PartSink;
  /** Least bytes of a part but the last; 12 MiB unless the store wants others. */
  readonly minPartSize?: number;
  readonly signal: AbortSignal;
  /** Bytes of the disk worked through, done parts included; ends at the inspection's `allocatedBytes`. */
  readonly progress: (bytesDone: number) => void;
}

/** Clusters each thread has at hand, so that it never waits for the next. */
const CLUSTERS_PER_THREAD = 2;

/**
 * Reads every cluster of the disk that is not done, skips zeros, hashes and compresses the others in threads, packs the
 * frames into parts and gives these to the sink. Memory is flat. Answers all parts, in order, when all are stored.
 */
export function writeStoredImage(disk: DiskReader, options: StoreOptions): Promise<readonly PartRecord[]> {
  return withClusterPool(async (pool) => {
    options.signal.throwIfAborted();
    const done = doneClusters(disk, options.done);
    const clustersLeft = done.reduce((left, isDone) => left - isDone, done.length);
    const abort = new AbortController();
    const forward = (): void => {
      abort.abort(options.signal.reason);
    };
    options.signal.addEventListener('abort', forward, { once: true });
    const writer = new PartWriter({ ...options, clustersLeft, abort });
    try {
      await transfer(disk, { writer, pool, done, signal: abort.signal, progress: options.progress });
      return await writer.finish();
    } catch (error) {
      abort.abort(error);
      await writer.settled();
      throw abort.signal.reason;
    } finally {
      options.signal.removeEventListener('abort', forward);
    }
  });
}

interface Transfer {
  readonly writer: PartWriter;
  readonly pool: LentPool;
  readonly done: Uint8Array;
  readonly signal: AbortSignal;
  readonly progress: (bytesDone: number) => void;
}

async function transfer(disk: DiskReader, { writer, pool, done, signal, progress }: Transfer): Promise<void> {
  const lengthOf = (index: number): number =>
    Math.min(STORED_CLUSTER_SIZE, disk.virtualSize - index * STORED_CLUSTER_SIZE);
  let bytesDone = 0;
  done.forEach((isDone, index) => {
    bytesDone += isDone * lengthOf(index);
  });
  if (bytesDone > 0) progress(bytesDone);
  const slots = new CompressionSlots(pool);
  const skip = (index: number): boolean => done[index] === 1;
  const compressed = inOrder(disk.encodedClusters({ clusterSize: STORED_CLUSTER_SIZE, skip, signal }), {
    run: async (cluster: EncodedCluster) => ({ index: cluster.index, result: await slots.compress(cluster) }),
    weigh: () => 1,
    budget: pool.size * CLUSTERS_PER_THREAD,
  });
  for await (const { index, result } of compressed) {
    signal.throwIfAborted();
    if (result.type === 'frame') {
      await writer.add(index, result.frame, result.hash);
      result.release();
    } else {
      writer.skip();
    }
    bytesDone += lengthOf(index);
    progress(bytesDone);
  }
}

/** For each cluster of the disk 1 when a part has it. */
function doneClusters(disk: DiskReader, parts: readonly PartRecord[]): Uint8Array {
  const done = new Uint8Array(Math.ceil(disk.virtualSize / STORED_CLUSTER_SIZE));
  parts.forEach((part, at) => {
    const expected = at + FIRST_DATA_PART;
    if (part.part_number !== expected) throw new Error(`Part ${expected} of the earlier attempt is missing`);
    for (const { index } of partClusters(part)) done[index] = 1;
  });
  return done;
}
