import type { HeldObject } from '@imago/contracts';
import {
  changedClusters,
  type ClusterIndex,
  type Extent,
  type LayerOptions,
  STORED_CLUSTER_SIZE,
} from '@imago/disk-image';
import { readIndex } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import type { CapturedDisk } from '../../exports/patched-disk.ts';
import type { ImageJobContext, LockedDisk } from '../../jobs/image-job.ts';
import { type JobTools, storeOf } from '../../jobs/job-tools.ts';
import { damageIsTold } from '../../stored/image-layers.ts';

/** What of a disk a capture reads. */
export interface ReadPlan {
  /** Clusters that may hold data, or may differ from the parent's; ascending. */
  readonly clusters: Uint32Array;
  /** Bytes of them. */
  readonly bytes: bigint;
  /** Present when only what changed is stored. */
  readonly layer: LayerOptions | undefined;
}

/** What a disk began as, when it is an image in the stored format. */
export interface IndexedBase {
  readonly object_id: string;
  readonly index: ClusterIndex;
}

/** The base of a disk with its index; null when there is none that anything could be known of by cluster. */
export async function indexedBase(
  { job, data, signal }: ImageJobContext,
  tools: JobTools,
): Promise<IndexedBase | null> {
  const { base, size } = required(data.disk, 'disk');
  if (!isIndexed(base) || Number(base.virtual_size) > Number(size)) return null;
  const { index } = await damageIsTold(() => readIndex(storeOf(tools, job), base, signal));
  return { object_id: base.object_id, index };
}

/** Plans a layer on the base: the clusters that were written, whatever with. */
export async function planLayer(
  exported: CapturedDisk,
  { index }: IndexedBase,
  signal: AbortSignal,
): Promise<ReadPlan> {
  const clusters = changedClusters((await exported.map(signal)) ?? wholeOf(exported.size), exported.size);
  return { ...planOf(clusters, exported.size), layer: { parent: index, changed: clusters } };
}

/** Plans a whole image: what was written, and what the base has. */
export async function planWhole(
  exported: CapturedDisk,
  { base }: LockedDisk,
  { indexed, signal }: { indexed: IndexedBase | null; signal: AbortSignal },
): Promise<ReadPlan> {
  const { size } = exported;
  const changed = (await exported.map(signal)) ?? wholeOf(size);
  const clusters = changedClusters(both(changed, inheritedExtents(base, indexed, size)), size);
  return { ...planOf(clusters, size), layer: undefined };
}

function* inheritedExtents(base: HeldObject | null, indexed: IndexedBase | null, size: number): Generator<Extent> {
  if (base === null) return;
  if (indexed === null) {
    yield { offset: 0, length: Math.min(Number(base.virtual_size), size) };
    return;
  }
  const { index } = indexed;
  for (let entry = 0; entry < index.count; entry += 1) {
    const offset = index.cluster(entry) * STORED_CLUSTER_SIZE;
    yield { offset, length: Math.min(STORED_CLUSTER_SIZE, size - offset) };
  }
}

function isIndexed(base: HeldObject | null): base is HeldObject & { index_hash: string } {
  return base !== null && base.disk_format === 'qcow2' && base.index_hash !== null;
}

function wholeOf(size: number): Extent[] {
  return [{ offset: 0, length: size }];
}

function* both(some: Iterable<Extent>, others: Iterable<Extent>): Generator<Extent> {
  yield* some;
  yield* others;
}

function planOf(clusters: Uint32Array, size: number): { clusters: Uint32Array; bytes: bigint } {
  const last = Math.ceil(size / STORED_CLUSTER_SIZE) - 1;
  const missing = clusters.at(-1) === last ? (last + 1) * STORED_CLUSTER_SIZE - size : 0;
  return { clusters, bytes: BigInt(clusters.length) * BigInt(STORED_CLUSTER_SIZE) - BigInt(missing) };
}
