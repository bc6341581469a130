import { setTimeout as delay } from 'node:timers/promises';
import { STORED_CLUSTER_SIZE } from '@imago/disk-image';
import type { ObjectStore } from '@imago/object-store';
import type { BaseImage } from '../hypervisor.ts';
import type { Budget } from './budget.ts';
import type { CacheSpace } from './cache/cache-space.ts';
import { ClusterCache } from './cache/cluster-cache.ts';
import { ImageDamagedError, ImageDisk, mayPass } from './image-disk.ts';
import { type Log, reasonOf } from './log.ts';
import type { RecentClusters } from './recent-clusters.ts';

/** What the disks of a process share. */
export interface DiskResources {
  readonly space: CacheSpace;
  readonly recent: RecentClusters;
  /** Clusters that are being read from stores; each takes some three times its size until it is cached. */
  readonly loads: Budget;
  /** Bytes of tables of uploaded qcow2 files. */
  readonly tables: Budget;
  /** Milliseconds a reader waits for a store that is away. */
  readonly patience: number;
  readonly log: Log;
}

/** Clusters that one read asks for at once. */
const CLUSTERS_AT_ONCE = 4;
/** Milliseconds between two attempts of a reader, the first and the longest. */
const PAUSES = { first: 100, longest: 2_000 };

/** The disk in an image, for all who read it on this host: every cluster is read from the store once. */
export class ServedDisk {
  readonly size: number;
  readonly #image: BaseImage;
  readonly #store: ObjectStore;
  readonly #cache: ClusterCache;
  readonly #resources: DiskResources;
  readonly #closing = new AbortController();
  readonly #loads = new Map<number, Promise<Buffer>>();
  readonly #settling = new Set<Promise<void>>();
  #opened: Promise<ImageDisk> | undefined;
  #isStoreAway = false;
  #closed: Promise<void> | undefined;

  private constructor(image: BaseImage, opened: { store: ObjectStore; cache: ClusterCache; resources: DiskResources }) {
    this.size = Number(image.virtual_size);
    this.#image = image;
    this.#store = opened.store;
    this.#cache = opened.cache;
    this.#resources = opened.resources;
  }

  /** Does not ask the store for anything yet. */
  static async prepare(image: BaseImage, store: ObjectStore, resources: DiskResources): Promise<ServedDisk> {
    const cache = await ClusterCache.open(image, resources);
    return new ServedDisk(image, { store, cache, resources });
  }

  /**
   * Returns when the disk can be read: its image was looked at, now or, when hashes say what its bytes are, earlier.
   * @throws what {@link ImageDisk.open} throws
   */
  async ready(): Promise<void> {
    const isKnown = this.#cache.etag !== undefined && this.#image.index_hash !== null;
    if (!isKnown) await this.#patiently(() => this.#open());
  }

  /**
   * Fills the target from the disk.
   * @throws ImageDamagedError | ObjectStoreError, also when the store was away for longer than patience has it
   */
  async read(offset: number, target: Buffer): Promise<void> {
    const parts = [...partsOf(offset, target)];
    const work = async (): Promise<void> => {
      try {
        for (let part = parts.shift(); part !== undefined; part = parts.shift()) await this.#readPart(part);
      } catch (error) {
        parts.length = 0;
        throw error;
      }
    };
    const works = Array.from({ length: Math.min(CLUSTERS_AT_ONCE, parts.length) }, work);
    // All of them, because the caller does as it likes with the target after that.
    const failed = (await Promise.allSettled(works)).find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Ends what is being read. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort(new Error('The disk is not read any more'));
    await Promise.all(this.#settling);
    await this.#opened?.then(
      (disk) => {
        disk.close();
      },
      () => undefined, // it has nothing then
    );
    await this.#cache.close();
    this.#resources.recent.forget(this.#image.object_id);
  }

  async #readPart({ cluster, from, target }: DiskPart): Promise<void> {
    const known = this.#cache.known(cluster);
    if (known === 'zeros') {
      target.fill(0);
      return;
    }
    if (known === 'data' && (await this.#cache.read(cluster, from, target))) return;
    const recent = this.#resources.recent.get(this.#image.object_id, cluster);
    const data = recent ?? (await this.#patiently(() => this.#load(cluster)));
    data.copy(target, 0, from, from + target.length);
  }

  /** One read of the store for all who want the cluster now. */
  #load(cluster: number): Promise<Buffer> {
    const running = this.#loads.get(cluster);
    if (running !== undefined) return running;
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.#loads.set(cluster, promise);
    const settling = this.#loadAndKeep(cluster, resolve)
      .catch(reject)
      .finally(() => {
        this.#loads.delete(cluster);
        this.#settling.delete(settling);
      });
    this.#settling.add(settling);
    return promise;
  }

  /** The readers have their bytes before these are cached. */
  async #loadAndKeep(cluster: number, give: (data: Buffer) => void): Promise<void> {
    const { loads, recent, patience, log } = this.#resources;
    const release = await loads.take(1);
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(patience)]);
      signal.throwIfAborted();
      const disk = await this.#open();
      const data = await disk.cluster(cluster, signal);
      give(data);
      if (!(await this.#cache.keep(cluster, data))) recent.keep(this.#image.object_id, cluster, data);
    } catch (error) {
      const { object_id, key } = this.#image;
      const message = error instanceof ImageDamagedError ? 'a cluster is damaged' : 'a cluster cannot be read';
      const isOver = this.#closing.signal.aborted || mayPass(error);
      if (!isOver) log('error', message, { object_id, key, cluster, reason: reasonOf(error) });
      throw error;
    } finally {
      release();
    }
  }

  #open(): Promise<ImageDisk> {
    if (this.#opened !== undefined) return this.#opened;
    const opening = this.#openImage();
    this.#opened = opening;
    opening.catch(() => {
      this.#opened = undefined;
    });
    return opening;
  }

  async #openImage(): Promise<ImageDisk> {
    const { patience, tables } = this.#resources;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(patience)]);
    signal.throwIfAborted(); // what is opened after the close would never be closed
    const disk = await ImageDisk.open(this.#image, { store: this.#store, tables, signal });
    try {
      await this.#cache.begin(disk.etag);
      return disk;
    } catch (error) {
      disk.close();
      throw error;
    }
  }

  /** Again and again, as long as the reader has patience and the failure may pass. */
  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const end = performance.now() + this.#resources.patience;
    for (let pause = PAUSES.first; ; pause = Math.min(pause * 2, PAUSES.longest)) {
      try {
        const result = await before(end, attempt());
        this.#tellOfStore(null);
        return result;
      } catch (error) {
        this.#closing.signal.throwIfAborted();
        if (mayPass(error)) this.#tellOfStore(error);
        if (!mayPass(error) || performance.now() >= end) throw error;
      }
      await delay(pause, undefined, { signal: this.#closing.signal });
    }
  }

  /** One line when the store goes and one when it is back, however many wait for it. */
  #tellOfStore(error: unknown): void {
    const isAway = error !== null;
    if (isAway === this.#isStoreAway) return;
    this.#isStoreAway = isAway;
    const { object_id, region } = this.#image;
    if (isAway) this.#resources.log('warn', 'the store is away', { object_id, region, reason: reasonOf(error) });
    else this.#resources.log('info', 'the store is back', { object_id, region });
  }
}

/** What of a read one cluster has. */
interface DiskPart {
  readonly cluster: number;
  /** First byte in the cluster. */
  readonly from: number;
  readonly target: Buffer;
}

/** What is promised, or a TimeoutError at that moment of performance.now(). */
async function before<T>(end: number, promised: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => {
      late.reject(new DOMException('The store did not answer in time', 'TimeoutError'));
    },
    Math.max(0, end - performance.now()),
  );
  try {
    return await Promise.race([promised, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function* partsOf(offset: number, target: Buffer): Generator<DiskPart> {
  for (let done = 0; done < target.length;) {
    const cluster = Math.floor((offset + done) / STORED_CLUSTER_SIZE);
    const from = offset + done - cluster * STORED_CLUSTER_SIZE;
    const length = Math.min(STORED_CLUSTER_SIZE - from, target.length - done);
    yield { cluster, from, target: target.subarray(done, done + length) };
    done += length;
  }
}
