import { refusal } from '@imago/contracts';
import { type DiskExport, Hypervisor, HypervisorError } from '@imago/hypervisor';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import { LocksRepository, type StandingLock } from '../locks/locks.repository.ts';
import type { DiskLock } from './export-places.ts';

/** Requests to one export that are answered at the same time. */
const MOST_REQUESTS = 8;

/** The locked disk is not what it was when it was first read: its server was started behind our back. */
export class DiskWrittenError extends Error {
  override readonly name = 'DiskWrittenError';
}

interface OpenExport {
  readonly lock_id: string;
  readonly disk: Promise<DiskExport>;
  readonly over: AbortController;
  requests: number;
  timer: NodeJS.Timeout | undefined;
}

/** The locked disks this host gives out. Each is open from its first request until its lock is gone, and no longer. */
@Injectable()
export class DiskExports implements BeforeApplicationShutdown {
  readonly #logger = new Logger(DiskExports.name);
  /** By lock and disk. */
  readonly #open = new Map<string, OpenExport>();
  #isEnding = false;

  constructor(
    private readonly hypervisor: Hypervisor,
    private readonly locks: LocksRepository,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /**
   * Works with a disk of a lock; the signal tells that the lock is gone.
   * @throws Refusal request.not_found without such a lock on this host, service.unavailable when it is asked for too much
   * at once, server.host_not_available, server.disk_error; DiskWrittenError; and what the work throws.
   */
  async use<T>(of: DiskLock, work: (disk: DiskExport, signal: AbortSignal) => Promise<T>): Promise<T> {
    const lock = await this.locks.standing(of.lock_id, of.disk_id);
    if (lock?.host_id !== hostOf(this.config)) throw noSuchExport();
    if (this.#isEnding) throw refusal('service.unavailable', 'The service is ending.');
    const open = this.#open.get(nameOf(lock)) ?? this.#begin(lock);
    if (open.requests >= MOST_REQUESTS) throw refusal('service.unavailable', 'The disk is read by too many at once.');
    open.requests += 1;
    try {
      const disk = await open.disk;
      open.over.signal.throwIfAborted();
      return await work(disk, open.over.signal);
    } catch (error) {
      if (open.over.signal.aborted) throw noSuchExport();
      if (error instanceof HypervisorError) throw new DiskWrittenError(error.message, { cause: error });
      throw error;
    } finally {
      open.requests -= 1;
    }
  }

  /** Cuts off whoever reads a disk of a lock. */
  async end(lockId: string): Promise<void> {
    const ending = [...this.#open].filter(([, { lock_id }]) => lock_id === lockId);
    await Promise.all(ending.map(([name, open]) => this.#end(name, open)));
  }

  async #end(name: string, open: OpenExport): Promise<void> {
    this.#open.delete(name);
    clearTimeout(open.timer);
    open.over.abort(new Error('The lock is gone'));
    await open.disk.then(
      (disk) => disk.close(),
      () => undefined, // it was never opened
    );
  }

  /** The service goes, and the locks stay. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isEnding = true;
    await Promise.all([...this.#open].map(([name, open]) => this.#end(name, open)));
  }

  #begin(lock: StandingLock): OpenExport {
    const over = new AbortController();
    const name = nameOf(lock);
    const open: OpenExport = { lock_id: lock.lock_id, disk: this.#openDisk(lock), over, requests: 0, timer: undefined };
    open.disk.catch(() => {
      clearTimeout(open.timer);
      if (this.#open.get(name) === open) this.#open.delete(name); // the next request opens it anew
    });
    this.#open.set(name, open);
    this.#endWithLock(lock, open);
    return open;
  }

  /** The moment it lapses, unless it was renewed; who renews it need not tell. */
  #endWithLock({ lock_id, disk_id, remaining }: StandingLock, open: OpenExport): void {
    open.timer = setTimeout(() => {
      const name = nameOf({ lock_id, disk_id });
      this.locks
        .standing(lock_id, disk_id)
        .catch(() => null) // nobody can say that it stands
        .then(async (lock) => {
          if (this.#open.get(name) !== open) return;
          if (lock === null) await this.#end(name, open);
          else this.#endWithLock(lock, open);
        })
        .catch((error: unknown) => {
          this.#logger.error({ lock_id, err: error }, 'an export did not end cleanly');
        });
    }, Math.ceil(remaining));
  }

  async #openDisk({ lock_id, server_id, disk_id }: StandingLock): Promise<DiskExport> {
    const disk = await this.hypervisor.openDisk(server_id, disk_id).catch((error: unknown) => {
      this.#logger.error({ lock_id, server_id, disk_id, err: error }, 'a locked disk cannot be opened');
      throw error instanceof HypervisorError
        ? refusal('server.host_not_available', 'The host of the server cannot give out its disk now.')
        : diskError();
    });
    const revision = await this.locks.pinRevision(lock_id, disk_id, disk.revision).catch(async (error: unknown) => {
      await disk.close();
      throw error;
    });
    if (revision === disk.revision) return disk;
    await disk.close();
    throw revision === null ? noSuchExport() : new DiskWrittenError('The disk was written since it was first read');
  }
}

function nameOf({ lock_id, disk_id }: DiskLock): string {
  return `${lock_id}/${disk_id}`;
}

/** The same words for every reason there may be. */
export function noSuchExport(): Error {
  return refusal('request.not_found', 'There is nothing at this path.');
}

export function diskError(): Error {
  return refusal('server.disk_error', 'The disk cannot be read.');
}
