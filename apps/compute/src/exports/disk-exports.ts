import { refusal } from '@imago/contracts';
import { type DiskExport, Hypervisor, HypervisorError } from '@imago/hypervisor';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import { LocksRepository, type StandingLock } from '../locks/locks.repository.ts';

/** Requests to one export that are answered at the same time. */
const MOST_REQUESTS = 8;

/** The locked disk is not what it was when it was first read: its server was started behind our back. */
export class DiskWrittenError extends Error {
  override readonly name = 'DiskWrittenError';
}

interface OpenExport {
  readonly disk: Promise<DiskExport>;
  readonly over: AbortController;
  requests: number;
  timer: NodeJS.Timeout | undefined;
}

/** The locked disks this host gives out. Each is open from its first request until its lock is gone, and no longer. */
@Injectable()
export class DiskExports implements BeforeApplicationShutdown {
  readonly #logger = new Logger(DiskExports.name);
  readonly #open = new Map<string, OpenExport>();
  #isEnding = false;

  constructor(
    private readonly hypervisor: Hypervisor,
    private readonly locks: LocksRepository,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /**
   * Works with the disk of a lock; the signal tells that the lock is gone.
   * @throws Refusal request.not_found without such a lock on this host, service.unavailable when it is asked for too much
   * at once, server.host_not_available, server.disk_error; DiskWrittenError; and what the work throws.
   */
  async use<T>(lockId: string, work: (disk: DiskExport, signal: AbortSignal) => Promise<T>): Promise<T> {
    const lock = await this.locks.standing(lockId);
    if (lock?.host_id !== hostOf(this.config)) throw noSuchExport();
    if (this.#isEnding) throw refusal('service.unavailable', 'The service is ending.');
    const open = this.#open.get(lockId) ?? this.#begin(lock);
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

  /** Cuts off whoever reads the disk of a lock. */
  async end(lockId: string): Promise<void> {
    const open = this.#open.get(lockId);
    if (open === undefined) return;
    this.#open.delete(lockId);
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
    await Promise.all([...this.#open.keys()].map((lockId) => this.end(lockId)));
  }

  #begin(lock: StandingLock): OpenExport {
    const over = new AbortController();
    const open: OpenExport = { disk: this.#openDisk(lock), over, requests: 0, timer: undefined };
    open.disk.catch(() => {
      clearTimeout(open.timer);
      if (this.#open.get(lock.lock_id) === open) this.#open.delete(lock.lock_id); // the next request opens it anew
    });
    this.#open.set(lock.lock_id, open);
    this.#endWithLock(lock, open);
    return open;
  }

  /** The moment it lapses, unless it was renewed; who renews it need not tell. */
  #endWithLock({ lock_id, remaining }: StandingLock, open: OpenExport): void {
    open.timer = setTimeout(() => {
      this.locks
        .standing(lock_id)
        .catch(() => null) // nobody can say that it stands
        .then(async (lock) => {
          if (this.#open.get(lock_id) !== open) return;
          if (lock === null) await this.end(lock_id);
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
    const revision = await this.locks.pinRevision(lock_id, disk.revision).catch(async (error: unknown) => {
      await disk.close();
      throw error;
    });
    if (revision === disk.revision) return disk;
    await disk.close();
    throw revision === null ? noSuchExport() : new DiskWrittenError('The disk was written since it was first read');
  }
}

/** The same words for every reason there may be. */
export function noSuchExport(): Error {
  return refusal('request.not_found', 'There is nothing at this path.');
}

export function diskError(): Error {
  return refusal('server.disk_error', 'The disk cannot be read.');
}
