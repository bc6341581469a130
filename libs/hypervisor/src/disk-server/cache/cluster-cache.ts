import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { STORED_CLUSTER_SIZE } from '@imago/disk-image';
import type { BaseImage } from '../../hypervisor.ts';
import { type Log, reasonOf } from '../log.ts';
import { CacheJournal, type CacheIdentity, type KnownCluster, writeAll } from './cache-journal.ts';
import type { CacheSpace } from './cache-space.ts';

/** Milliseconds that nothing is written after the disk would not take it. */
const PAUSE = 30_000;
const KNOWN = ['zeros', 'data'] as const satisfies readonly KnownCluster[];

const ZEROS = Buffer.alloc(STORED_CLUSTER_SIZE);

interface Files {
  readonly data: FileHandle;
  readonly journal: CacheJournal;
}

/**
 * The clusters of one object that the host has: a sparse file as large as the disk, and a journal of what is in it.
 * What cannot be cached is not cached, and nobody's read fails for it.
 */
export class ClusterCache {
  readonly #image: BaseImage;
  readonly #space: CacheSpace;
  readonly #log: Log;
  readonly #directory: string;
  /** Per cluster 0, or the place of what is known of it in KNOWN and one. */
  readonly #known: Uint8Array;
  #files: Files | undefined;
  #etag: string | undefined;
  #pausedUntil = 0;

  private constructor(image: BaseImage, { space, log }: { space: CacheSpace; log: Log }) {
    this.#image = image;
    this.#space = space;
    this.#log = log;
    this.#known = new Uint8Array(Math.ceil(Number(image.virtual_size) / STORED_CLUSTER_SIZE));
    this.#directory = space.enter(image.object_id);
  }

  /** Opens what an earlier process has cached of this very object since the machine was started. */
  static async open(image: BaseImage, options: { space: CacheSpace; log: Log }): Promise<ClusterCache> {
    const cache = new ClusterCache(image, options);
    await cache.#resume().catch((error: unknown) => {
      cache.#warn('the cache cannot be read', error);
    });
    return cache;
  }

  /** Of the object that the bytes are of; undefined before {@link begin} in a new cache. */
  get etag(): string | undefined {
    return this.#etag;
  }

  /** Tells what object is read; bytes of another one are forgotten. */
  async begin(etag: string): Promise<void> {
    if (this.#etag === etag) return;
    this.#known.fill(0);
    this.#space.found(this.#image.object_id, 0);
    await this.#closeFiles();
    this.#etag = etag;
    const identity: CacheIdentity = { boot_id: this.#space.boot, etag, image: this.#image };
    await this.#create(identity).catch((error: unknown) => {
      this.#warn('nothing can be cached', error);
    });
  }

  known(cluster: number): KnownCluster | undefined {
    return KNOWN[(this.#known[cluster] ?? 0) - 1];
  }

  /** Reads a part of a cluster that is known as data. False when that fails: it is not known any more. */
  async read(cluster: number, from: number, target: Buffer): Promise<boolean> {
    const start = cluster * STORED_CLUSTER_SIZE + from;
    try {
      for (let done = 0; done < target.length;) {
        const { data } = this.#files ?? {};
        const read = await data?.read(target, done, target.length - done, start + done);
        if (read === undefined || read.bytesRead === 0) throw new Error('The cache ends before its data does');
        done += read.bytesRead;
      }
      return true;
    } catch (error) {
      this.#known[cluster] = 0;
      this.#warn('a cached cluster cannot be read', error);
      return false;
    }
  }

  /** Keeps a cluster that has been checked. False when there is no place for it. Never fails. */
  async keep(cluster: number, bytes: Buffer): Promise<boolean> {
    if (bytes.equals(ZEROS.subarray(0, bytes.length))) {
      this.#know(cluster, 'zeros');
      await this.#files?.journal.add(cluster, 'zeros').catch(() => undefined);
      return true;
    }
    const files = this.#files;
    if (files === undefined || performance.now() < this.#pausedUntil) return false;
    if (!this.#space.take(this.#image.object_id, bytes.length)) return false;
    try {
      await writeAll(files.data, bytes, cluster * STORED_CLUSTER_SIZE);
      await files.journal.add(cluster, 'data');
    } catch (error) {
      this.#space.give(this.#image.object_id, bytes.length);
      this.#pausedUntil = performance.now() + PAUSE;
      this.#warn('a cluster cannot be cached', error);
      return false;
    }
    this.#know(cluster, 'data');
    return true;
  }

  async close(): Promise<void> {
    await this.#closeFiles();
    this.#space.leave(this.#image.object_id);
  }

  async #resume(): Promise<void> {
    const path = join(this.#directory, 'journal');
    const content = await CacheJournal.read(path);
    if (content === null) return;
    const { boot_id, image, etag } = content.identity;
    if (boot_id !== this.#space.boot || !isDeepStrictEqual(image, this.#image)) return;
    const data = await open(join(this.#directory, 'data'), 'r+');
    try {
      this.#files = { data, journal: await CacheJournal.resume(path, content) };
    } catch (error) {
      await data.close();
      throw error;
    }
    this.#etag = etag;
    let clusters = 0;
    for (const [cluster, known] of content.clusters) {
      this.#know(cluster, known);
      if (known === 'data') clusters += 1;
    }
    this.#space.found(this.#image.object_id, clusters * STORED_CLUSTER_SIZE);
  }

  /** The journal loses its records before the data its bytes, so that no moment of it leaves one without the other. */
  async #create(identity: CacheIdentity): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const journal = await CacheJournal.begin(join(this.#directory, 'journal'), identity);
    let data: FileHandle | undefined;
    try {
      data = await open(join(this.#directory, 'data'), 'w+', 0o600);
      await data.truncate(Number(this.#image.virtual_size));
    } catch (error) {
      await data?.close();
      await journal.close();
      throw error;
    }
    this.#files = { data, journal };
  }

  async #closeFiles(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    await files?.journal.close();
    await files?.data.close();
  }

  #know(cluster: number, known: KnownCluster): void {
    if (cluster < this.#known.length) this.#known[cluster] = KNOWN.indexOf(known) + 1;
  }

  #warn(message: string, error: unknown): void {
    this.#log('warn', message, { object_id: this.#image.object_id, reason: reasonOf(error) });
  }
}
