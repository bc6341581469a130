import {
  type LockServerDisk as LockServerDiskContract,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { type DiskLock, ExportPlaces } from '../exports/export-places.ts';
import { requireServer, serverNotFound } from '../servers/server-access.ts';
import type { ServerDisk } from '../servers/server-disk.row.ts';
import { toRecord } from '../servers/server-record.ts';
import { GIB } from '../servers/server-spec.ts';
import type { ServerRow } from '../servers/server.row.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { TellOfServer } from '../servers/tell-of-server.ts';
import { LocksRepository } from './locks.repository.ts';

type Request = RequestOf<typeof LockServerDiskContract>;
type Answer = ResponseOf<typeof LockServerDiskContract>;

/** Locks a stopped server for the capture of one of its disks or of all, or shows such a lock. */
@Injectable()
export class LockServerDisk {
  constructor(
    private readonly db: DataSource,
    private readonly servers: ServersRepository,
    private readonly locks: LocksRepository,
    private readonly places: ExportPlaces,
    private readonly tellOf: TellOfServer,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /** @throws Refusal as the contract of `compute.lockServerDisk` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<Answer> {
    return inTransaction(this.db, async (tx) => {
      const server = requireSeen(await this.servers.lock(tx, request.server_id), request, context);
      const disks = await this.servers.disks(tx, [server.id]);
      const disk = requireDisk(disks, request.disk_id);
      const lock_disk_id = request.scope === 'machine' ? null : disk.id;
      const isSame = server.lock_id === request.lock_id && server.lock_disk_id === lock_disk_id;
      if (!request.acquire) await this.#requireStanding(tx, isSame, { lock_id: request.lock_id, disk_id: disk.id });
      const { row, event_ids } = request.acquire
        ? await this.#acquire(tx, server, { lock_id: request.lock_id, lock_disk_id, isSame }, context)
        : { row: server, event_ids: [] };
      const others = request.scope === 'machine' ? disks.filter(({ role }) => role === 'data') : [];
      return {
        server: toRecord(row, disks),
        disk: describe(disk, row),
        data_disks: others.map((each) => describe(each, row)),
        export: await this.places.of(tx, row, { lock_id: request.lock_id, disk_id: disk.id }),
        lease_seconds: this.config.COMPUTE_LOCK_SECONDS,
        event_ids,
      };
    });
  }

  async #acquire(
    tx: EntityManager,
    server: ServerRow,
    { lock_id, lock_disk_id, isSame }: { lock_id: string; lock_disk_id: string | null; isSame: boolean },
    context: RequestContext,
  ): Promise<{ row: ServerRow; event_ids: string[] }> {
    const lock_until = await this.locks.until(tx, this.config.COMPUTE_LOCK_SECONDS);
    if (isSame) return { row: await this.servers.update(tx, server, { lock_until }), event_ids: [] };
    requireLockable(server);
    const lock = { lock_id, lock_disk_id, lock_until };
    const row = await this.servers.update(tx, server, { task: 'capturing', job_id: lock_id, ...lock });
    const cause = { correlation_id: context.correlation_id, actor: context.user_id };
    return { row, event_ids: [await this.tellOf.tell(tx, row, { type: 'lock_changed' }, cause)] };
  }

  async #requireStanding(tx: EntityManager, isSame: boolean, { lock_id, disk_id }: DiskLock): Promise<void> {
    if (isSame && (await this.locks.standing(lock_id, disk_id, tx)) !== null) return;
    throw refusal('server.not_locked', 'The server is not locked by this capture any more.');
  }
}

/**
 * The worker of a capture looks at its lock on its own account; who locks does it as its caller.
 * @throws Refusal server.not_found, auth.forbidden
 */
function requireSeen(server: ServerRow | null, { region, acquire }: Request, context: RequestContext): ServerRow {
  const isWorker = !acquire && context.roles.includes('service') && server?.project_id === context.project_id;
  const isItsOwn = isWorker && server.region === region;
  const seen = isItsOwn ? server : requireServer('server.capture', server, { region, context });
  if (seen.status === 'deleted') throw serverNotFound();
  // The image becomes the caller's: who may do anything must still not make a tenant's disk its own.
  if (acquire && seen.project_id !== context.project_id) {
    throw refusal('auth.forbidden', 'Only the project of a server captures its disks.');
  }
  return seen;
}

/** @throws Refusal server.disk_not_found */
function requireDisk(disks: readonly ServerDisk[], diskId: string | null): ServerDisk {
  const found = disks.find(({ id, role }) => (diskId === null ? role === 'system' : id === diskId && role === 'data'));
  if (found === undefined) throw refusal('server.disk_not_found', 'The server has no such data disk.');
  return found;
}

/** @throws Refusal server.busy, server.not_stopped */
function requireLockable({ id, status, task, job_id }: ServerRow): void {
  if (task !== null) throw refusal('server.busy', `Server ${id} is ${task.replace('_', ' ')}.`, { task, job_id });
  if (status === 'stopped') return;
  throw refusal('server.not_stopped', `Server ${id} is ${status}; only a stopped one is captured.`, { status });
}

function describe({ id, role, size_gib, image_id, base }: ServerDisk, { disk_generation }: ServerRow): Answer['disk'] {
  return {
    id,
    kind: role === 'data' ? 'data_disk' : 'system_disk',
    size: (BigInt(size_gib) * GIB).toString(),
    image_id,
    base,
    generation: disk_generation,
  };
}
