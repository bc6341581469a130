import type { DiskReader } from '../reader/disk-reader.ts';
import type { EncodedCluster } from '../reader/piece.ts';
import { inOrder } from '../source/in-order.ts';
import { withClusterPool } from '../work/cluster-pool.ts';
import type { LentPool } from '../work/cluster-pool.ts';
import { CompressionSlots } from '../work/compression-slots.ts';
import type { ClusterIndex } from './cluster-index.ts';
import { STORED_CLUSTER_SIZE } from './layout.ts';
import type { PartRecord } from './part-record.ts';
import { PartWriter } from './part-writer.ts';
import type { PartSink } from './part-writer.ts';
import { StoreWork } from './store-work.ts';

/** What makes an image a layer on another one. */
export interface LayerOptions {
  /** Index of the parent: of its whole disk, which is no larger than this one. */
  readonly parent: ClusterIndex;
  /** The clusters that may differ from the parent's: all that do, at least. */
  readonly changed: Iterable<number>;
}

export interface StoreOptions {
  /** Parts of an earlier attempt, contiguous from part 2. */
  readonly done: readonly PartRecord[];
  readonly sink: PartSink;
  /** Least bytes of a part but the last; 12 MiB unless the store wants others. */
  readonly minPartSize?: number;
  readonly signal: AbortSignal;
  /** Writes a layer: only clusters that changed, and the same ones again when it goes on. */
  readonly layer?: LayerOptions | undefined;
  /**
   * Bytes of the disk worked through, done parts included; ends at the inspection's `allocatedBytes`, or at the bytes of
   * the changed clusters.
   */
  readonly progress: (bytesDone: number) => void;
}

/** Clusters each thread has at hand, so that it never waits for the next. */
const CLUSTERS_PER_THREAD = 2;

/**
 * Reads every cluster of the disk that is not done, skips zeros, hashes and compresses the others in threads, packs the
 * frames into parts and gives these to the sink. Memory is flat. Answers all parts, in order, when all are stored.
 *
 * For a layer it reads the changed clusters alone, whole, from a disk that has all of them: the caller reads through the
 * chain. One that is as it was in the parent is left out, and one that became zero is noted in a part.
 */
export function writeStoredImage(disk: DiskReader, options: StoreOptions): Promise<readonly PartRecord[]> {
  return withClusterPool(async (pool) => {
    options.signal.throwIfAborted();
    const work = new StoreWork(disk.virtualSize, options);
    const abort = new AbortController();
    const forward = (): void => {
      abort.abort(options.signal.reason);
    };
    options.signal.addEventListener('abort', forward, { once: true });
    const writer = new PartWriter({ ...options, clustersLeft: work.clustersLeft, abort });
    try {
      await transfer(disk, { writer, pool, work, layer: options.layer, signal: abort.signal });
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
  readonly work: StoreWork;
  readonly layer: LayerOptions | undefined;
  readonly signal: AbortSignal;
}

async function transfer(disk: DiskReader, { writer, pool, work, layer, signal }: Transfer): Promise<void> {
  const slots = new CompressionSlots(pool);
  const skip = (index: number): boolean => !work.isLeft(index);
  const compressed = inOrder(disk.encodedClusters({ clusterSize: STORED_CLUSTER_SIZE, skip, signal }), {
    run: async (cluster: EncodedCluster) => ({ index: cluster.index, result: await slots.compress(cluster) }),
    weigh: () => 1,
    budget: pool.size * CLUSTERS_PER_THREAD,
  });
  const addZero = (index: number): void => {
    if (layer?.parent.find(index) === undefined) writer.skip();
    else writer.zero(index);
  };
  for await (const { index, result } of compressed) {
    signal.throwIfAborted();
    if (result.type === 'zero') {
      addZero(index);
    } else {
      if (layer?.parent.has(index, result.hash) === true) writer.skip();
      else await writer.add(index, result.frame, result.hash);
      result.release();
    }
    work.end(index);
  }
  if (layer === undefined) return;
  // The reader gave every cluster that may hold data: what has changed and did not come is zero.
  for (const index of work.left()) {
    addZero(index);
    work.end(index);
  }
}
