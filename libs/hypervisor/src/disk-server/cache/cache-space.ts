import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { STORED_CLUSTER_SIZE } from '@imago/disk-image';
import { exportFile, isObjectId } from '../exports.ts';
import type { Log } from '../log.ts';
import { bootId } from './boot-id.ts';
import { CacheJournal } from './cache-journal.ts';
import { cacheOf, cachesOf } from './cache-places.ts';

interface CachedObject {
  /** Of data in it. */
  bytes: number;
  /** Disks that read through it now. */
  users: number;
  /** Milliseconds since 1970. */
  lastUsed: number;
}

export interface CacheSpaceOptions {
  readonly directory: string;
  /** Bytes that all caches together may have; 0: nothing is cached. */
  readonly limit: number;
  readonly log: Log;
}

/** Who may cache how much. When it is full, the objects nobody reads make room, whole, the longest unused first. */
export class CacheSpace {
  readonly boot = bootId();
  readonly #options: CacheSpaceOptions;
  readonly #objects = new Map<string, CachedObject>();
  #bytes = 0;
  #dropped = 0;

  private constructor(options: CacheSpaceOptions) {
    this.#options = options;
  }

  /** Finds what earlier processes have cached since the machine was started, and removes the rest. */
  static async open(options: CacheSpaceOptions): Promise<CacheSpace> {
    const space = new CacheSpace(options);
    const root = cachesOf(options.directory);
    await mkdir(root, { recursive: true, mode: 0o700 });
    for (const name of await readdir(root)) {
      if (!(await space.#find(name))) await rm(join(root, name), { recursive: true, force: true });
    }
    space.#makeRoom(0);
    return space;
  }

  /** Where an object is cached. It stays until {@link leave}. */
  enter(objectId: string): string {
    const object = this.#objects.get(objectId) ?? { bytes: 0, users: 0, lastUsed: 0 };
    object.users += 1;
    this.#objects.set(objectId, object);
    return cacheOf(this.#options.directory, objectId);
  }

  leave(objectId: string): void {
    const object = this.#objects.get(objectId);
    if (object === undefined) return;
    object.users -= 1;
    object.lastUsed = Date.now();
    if (object.users === 0 && !this.#isExported(objectId)) this.#drop(objectId, object);
    this.#makeRoom(0);
  }

  /** Says how much an object that was entered has in its cache. */
  found(objectId: string, bytes: number): void {
    const object = this.#objects.get(objectId);
    if (object === undefined) return;
    this.#bytes += bytes - object.bytes;
    object.bytes = bytes;
  }

  /** Takes room for bytes of an object that was entered. False when there is none. */
  take(objectId: string, bytes: number): boolean {
    const object = this.#objects.get(objectId);
    if (object === undefined || !this.#makeRoom(bytes)) return false;
    object.bytes += bytes;
    this.#bytes += bytes;
    return true;
  }

  /** Gives room back that was taken and not used. */
  give(objectId: string, bytes: number): void {
    const object = this.#objects.get(objectId);
    if (object === undefined) return;
    object.bytes -= bytes;
    this.#bytes -= bytes;
  }

  async #find(name: string): Promise<boolean> {
    if (!isObjectId(name) || !this.#isExported(name)) return false;
    const journal = join(cacheOf(this.#options.directory, name), 'journal');
    const content = await CacheJournal.read(journal);
    if (content?.identity.boot_id !== this.boot) return false;
    const clusters = [...content.clusters.values()].filter((known) => known === 'data').length;
    const { mtimeMs } = await stat(journal);
    const object = { bytes: clusters * STORED_CLUSTER_SIZE, users: 0, lastUsed: mtimeMs };
    this.#objects.set(name, object);
    this.#bytes += object.bytes;
    return true;
  }

  #makeRoom(bytes: number): boolean {
    if (bytes > this.#options.limit) return false;
    while (this.#bytes + bytes > this.#options.limit) {
      const [victim] = [...this.#objects].filter(([, { users }]) => users === 0).sort((a, b) => this.#order(a, b));
      if (victim === undefined) return false;
      this.#drop(...victim);
    }
    return true;
  }

  #order([oneId, one]: [string, CachedObject], [otherId, other]: [string, CachedObject]): number {
    return Number(this.#isExported(oneId)) - Number(this.#isExported(otherId)) || one.lastUsed - other.lastUsed;
  }

  /** At once under another name, so that the object can be cached anew while the old bytes are being removed. */
  #drop(objectId: string, object: CachedObject): void {
    this.#objects.delete(objectId);
    this.#bytes -= object.bytes;
    const { directory, log } = this.#options;
    const dropped = join(cachesOf(directory), `dropped-${process.pid}-${(this.#dropped += 1)}`);
    try {
      renameSync(cacheOf(directory, objectId), dropped);
    } catch {
      return; // it is gone already
    }
    log('info', 'dropped from the cache', { object_id: objectId, bytes: object.bytes });
    rm(dropped, { recursive: true, force: true }).catch((error: unknown) => {
      log('warn', 'a dropped cache could not be removed', { reason: String(error) });
    });
  }

  #isExported(objectId: string): boolean {
    return existsSync(exportFile(this.#options.directory, objectId));
  }
}
