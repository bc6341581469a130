import { randomUUID } from 'node:crypto';
import type { RenewServerLocks, RequestOf, ResponseOf, UnlockServer } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type Cause, inTransaction } from '@imago/messaging';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { DiskExports } from '../exports/disk-exports.ts';
import { requireService } from '../servers/server-access.ts';
import type { ServerChanges } from '../servers/servers.repository.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { TellOfServer } from '../servers/tell-of-server.ts';
import { LocksRepository } from './locks.repository.ts';

const UNLOCKED: ServerChanges = {
  task: null,
  job_id: null,
  lock_id: null,
  lock_disk_id: null,
  lock_until: null,
  lock_revisions: {},
};

/** What becomes of locks: they are renewed, released, lapse or are lost. With a lock its export goes. */
@Injectable()
export class ServerLocks {
  readonly #logger = new Logger(ServerLocks.name);

  constructor(
    private readonly db: DataSource,
    private readonly locks: LocksRepository,
    private readonly servers: ServersRepository,
    private readonly tellOf: TellOfServer,
    private readonly exports: DiskExports,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /** @throws Refusal auth.forbidden */
  async renew(
    { lock_ids }: RequestOf<typeof RenewServerLocks>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof RenewServerLocks>> {
    requireService(context);
    const standing = new Set(await this.locks.renew(lock_ids, this.config.COMPUTE_LOCK_SECONDS));
    return { lost: lock_ids.filter((id) => !standing.has(id)) };
  }

  /** @throws Refusal auth.forbidden */
  async unlock(
    { lock_id }: RequestOf<typeof UnlockServer>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof UnlockServer>> {
    requireService(context);
    const event = await this.#release(lock_id, 'any', { correlation_id: context.correlation_id });
    return { unlocked: event !== null, event_ids: event === null ? [] : [event] };
  }

  /** Takes a lock back whose disk is not what was locked any more. */
  async lose(lockId: string): Promise<void> {
    const event = await this.#release(lockId, 'any', { correlation_id: randomUUID() });
    if (event !== null) this.#logger.warn({ lock_id: lockId }, 'a locked server ran: its lock is lost');
  }

  /** Releases what nobody has renewed in time. */
  async releaseLapsed(): Promise<void> {
    for (const lockId of await this.locks.lapsed()) {
      const event = await this.#release(lockId, 'lapsed', { correlation_id: randomUUID() });
      if (event !== null) this.#logger.warn({ lock_id: lockId }, 'the lock of a server has lapsed');
    }
  }

  /** @returns the id of the event; null when there is no such lock */
  async #release(lockId: string, wanted: 'any' | 'lapsed', cause: Cause): Promise<string | null> {
    const event = await inTransaction(this.db, async (tx) => {
      const id = await this.locks.serverOf(tx, lockId, wanted);
      const server = id === null ? null : await this.servers.lock(tx, id);
      if (server === null) return null;
      return this.tellOf.tell(tx, await this.servers.update(tx, server, UNLOCKED), { type: 'lock_changed' }, cause);
    });
    if (event !== null || wanted === 'any') await this.exports.end(lockId);
    return event;
  }
}
