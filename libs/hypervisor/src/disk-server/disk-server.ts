import { mkdir, rm } from 'node:fs/promises';
import type { ObjectStore } from '@imago/object-store';
import type { BaseImage } from '../hypervisor.ts';
import { Budget } from './budget.ts';
import { CacheSpace } from './cache/cache-space.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { readExport, sweepExports } from './exports.ts';
import { type Log, reasonOf } from './log.ts';
import { ExportRefusal, type ExportSource, type OpenExport } from './nbd/export-source.ts';
import { NbdServer } from './nbd/nbd-server.ts';
import { RecentClusters } from './recent-clusters.ts';
import { type DiskResources, ServedDisk } from './served-disk.ts';
import { diskServerSocket, prepareSocketDirectory } from './socket-path.ts';

export interface DiskServerOptions {
  /** Where its exports, caches and, when the path is short enough, its socket are. */
  readonly directory: string;
  /** The store of a region. It may throw: there is no such region. */
  readonly storeOf: (region: string) => ObjectStore;
  /** Bytes that all caches together may have; 0: nothing is cached. */
  readonly cacheLimit: number;
  /** Bytes for the tables of uploaded qcow2 files in use. An image whose tables do not fit is refused. */
  readonly tableMemory: number;
  readonly log: Log;
  /** Milliseconds a reader waits for a store that is away; a minute when absent. */
  readonly patience?: number;
}

/** Bytes of replies in the making, and clusters on their way from stores: what bounds the memory of the process. */
const REPLY_MEMORY = 128 * 2 ** 20;
const LOADS_AT_ONCE = 16;
const RECENT_CLUSTERS = 16;
const PATIENCE = 60_000;
/** Milliseconds that another server of the directory has to end. */
const LOCK_PATIENCE = 30_000;

/** A disk in use. */
interface UsedDisk {
  readonly opening: Promise<ServedDisk>;
  users: number;
}

/** Serves the disks in the images of a directory's exports over NBD. One process at a time per directory. */
export class DiskServer implements ExportSource {
  readonly socket: string;
  readonly #options: DiskServerOptions;
  readonly #resources: DiskResources;
  readonly #disks = new Map<string, UsedDisk>();
  /** Disks whose last reader has left, until their files are closed. */
  readonly #closing = new Map<string, Promise<void>>();

  private constructor(options: DiskServerOptions, space: CacheSpace) {
    const { tableMemory, log, patience = PATIENCE } = options;
    this.#options = options;
    this.socket = diskServerSocket(options.directory);
    const recent = new RecentClusters(RECENT_CLUSTERS);
    const [loads, tables] = [new Budget(LOADS_AT_ONCE), new Budget(tableMemory)];
    this.#resources = { space, recent, loads, tables, patience, log };
  }

  /**
   * Answers when it serves; it waits until another server of the same directory has ended.
   * @throws Error when that takes too long, or the directory is no place for it
   */
  static async start(options: DiskServerOptions): Promise<RunningDiskServer> {
    const { directory, cacheLimit, log } = options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const lock = await lockDirectory(directory, AbortSignal.timeout(LOCK_PATIENCE)).catch((cause: unknown) => {
      throw new Error(`Another process serves the disks of ${directory}`, { cause });
    });
    try {
      await sweepExports(directory);
      const server = new DiskServer(options, await CacheSpace.open({ directory, limit: cacheLimit, log }));
      await prepareSocketDirectory(server.socket);
      await rm(server.socket, { force: true }); // of a process that was killed: we have its lock
      const nbd = await NbdServer.listen(server.socket, { exports: server, memory: new Budget(REPLY_MEMORY), log });
      return { socket: server.socket, stop: () => server.#stop(nbd, lock) };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async open(name: string): Promise<OpenExport> {
    const used = this.#disks.get(name) ?? { opening: this.#prepare(name), users: 0 };
    this.#disks.set(name, used);
    used.users += 1;
    try {
      const disk = await used.opening;
      await disk.ready();
      return {
        size: disk.size,
        read: (offset, target) => disk.read(offset, target),
        close: () => {
          this.#leave(name, used);
        },
      };
    } catch (error) {
      this.#leave(name, used);
      if (error instanceof ExportRefusal) throw error;
      this.#options.log('error', 'an image cannot be opened', { object_id: name, reason: reasonOf(error) });
      throw new ExportRefusal(reasonOf(error), { cause: error });
    }
  }

  async #prepare(name: string): Promise<ServedDisk> {
    const image = await this.#imageOf(name);
    await this.#closing.get(name);
    return ServedDisk.prepare(image, this.#options.storeOf(image.region), this.#resources);
  }

  async #imageOf(name: string): Promise<BaseImage> {
    const image = await readExport(this.#options.directory, name);
    if (image === null) throw new ExportRefusal('There is no such disk');
    return image;
  }

  #leave(name: string, used: UsedDisk): void {
    used.users -= 1;
    if (used.users > 0) return;
    this.#disks.delete(name);
    const closing = used.opening
      .then((disk) => disk.close())
      .catch(() => undefined) // it was never opened
      .finally(() => {
        if (this.#closing.get(name) === closing) this.#closing.delete(name);
      });
    this.#closing.set(name, closing);
  }

  async #stop(nbd: NbdServer, lock: DirectoryLock): Promise<void> {
    await nbd.close();
    // Those that still wait for a store.
    await Promise.allSettled([...this.#disks.values()].map(async ({ opening }) => (await opening).close()));
    await Promise.all(this.#closing.values());
    await lock.release();
  }
}

export interface RunningDiskServer {
  readonly socket: string;
  /** Ends cleanly: what is asked is answered, what was read is cached. */
  stop(): Promise<void>;
}
