import type { ServerStatus, ServerTask } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, type QueryDeepPartialEntity } from 'typeorm';
import { type ServerDisk, ServerDiskRow } from './server-disk.row.ts';
import { type ServerPage, type ServerPageQuery, pageStatement } from './server-page.ts';
import { ServerRow } from './server.row.ts';

/** What a new server starts with; the rest has its default. */
export type NewServer = Omit<
  ServerRow,
  | 'status'
  | 'lock_id'
  | 'lock_disk_id'
  | 'lock_until'
  | 'lock_revisions'
  | 'disk_generation'
  | 'fault'
  | 'disk_error_at'
  | 'built_at'
  | 'started_at'
  | 'created_at'
  | 'updated_at'
  | 'version'
>;

/** The fields a change may touch; identity and version are not among them. */
export type ServerChanges = Partial<Omit<ServerRow, 'id' | 'region' | 'project_id' | 'created_at' | 'version'>>;

/** What the agent of a host compares with its machines. */
export interface ServerOnHost {
  readonly id: string;
  readonly status: ServerStatus;
  readonly task: ServerTask | null;
  readonly lock_id: string | null;
  readonly version: number;
}

/** The rows of servers and their disks. A lock or a change always says in which transaction. */
@Injectable()
export class ServersRepository {
  find(tx: EntityManager, id: string): Promise<ServerRow | null> {
    return tx.findOne(ServerRow, { where: { id } });
  }

  /** Finds a server and keeps everybody else from changing it until the transaction ends. */
  lock(tx: EntityManager, id: string): Promise<ServerRow | null> {
    return tx.findOne(ServerRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Several servers, in the order of their making. */
  list(tx: EntityManager, ids: readonly string[]): Promise<ServerRow[]> {
    return tx.find(ServerRow, { where: { id: In([...ids]) }, order: { id: 'ASC' } });
  }

  /** The servers a job works on, locked, in the order of their making. */
  lockOfJob(tx: EntityManager, jobId: string): Promise<ServerRow[]> {
    const lock = { mode: 'pessimistic_write' } as const;
    return tx.find(ServerRow, { where: { job_id: jobId }, order: { id: 'ASC' }, lock });
  }

  /** Inserts servers at version 1. Rejects with Postgres's unique violation when a MAC address is taken. */
  async insert(tx: EntityManager, servers: readonly NewServer[], disks: readonly ServerDisk[]): Promise<void> {
    await tx.insert(
      ServerRow,
      servers.map((server) => ({ ...server, status: 'building' as const, version: 1 })),
    );
    await tx.insert(ServerDiskRow, [...disks]);
  }

  /**
   * Changes a server that has been locked and answers it as it is now, one version on.
   * @throws Error when it is not at the version it was read at: somebody changed it without the lock.
   */
  async update(tx: EntityManager, server: ServerRow, changes: ServerChanges): Promise<ServerRow> {
    const updated = await tx
      .createQueryBuilder()
      .update(ServerRow)
      // Its own type of a change stumbles over the open details of a fault; the columns are those of the row.
      .set({
        ...(changes as QueryDeepPartialEntity<ServerRow>),
        version: server.version + 1,
        updated_at: () => 'clock_timestamp()',
      })
      .where({ id: server.id, version: server.version })
      .returning('*')
      .execute();
    const [row] = updated.raw as ServerRow[];
    if (row === undefined) throw new Error(`server ${server.id} is not at version ${server.version} any more`);
    return row;
  }

  /** The disks of servers, each server's data disks in their order. */
  disks(tx: EntityManager, serverIds: readonly string[]): Promise<ServerDisk[]> {
    return tx.find(ServerDiskRow, { where: { server_id: In([...serverIds]) }, order: { position: 'ASC' } });
  }

  async addDisk(tx: EntityManager, disk: ServerDisk): Promise<void> {
    await tx.insert(ServerDiskRow, disk);
  }

  async removeDisk(tx: EntityManager, id: string): Promise<void> {
    await tx.delete(ServerDiskRow, { id });
  }

  async makeSystemDisk(tx: EntityManager, id: string): Promise<void> {
    await tx.update(ServerDiskRow, { id }, { role: 'system' });
  }

  /** Every server a host should have something of. */
  onHost(tx: EntityManager, hostId: string): Promise<ServerOnHost[]> {
    return tx.query(
      `SELECT id, status, task, lock_id, version FROM compute.servers WHERE host_id = $1 AND status <> 'deleted'`,
      [hostId],
    );
  }

  /** The servers of a host that write to their consoles, or did until a moment ago. */
  async writingConsoles(tx: EntityManager, hostId: string): Promise<readonly string[]> {
    const rows: { id: string }[] = await tx.query(
      `SELECT id FROM compute.servers WHERE host_id = $1 AND status <> 'deleted'
         AND (status = 'running' OR (built_at IS NOT NULL AND updated_at > now() - interval '20 seconds'))`,
      [hostId],
    );
    return rows.map(({ id }) => id);
  }

  /** One page, by one statement. */
  async page(tx: EntityManager, query: ServerPageQuery): Promise<ServerPage> {
    const { sql, parameters } = pageStatement(query);
    const found: (ServerRow & { marker_found: boolean })[] = await tx.query(sql, [...parameters]);
    const rows = found.filter((row) => (row.id as string | null) !== null);
    return {
      marker_found: query.marker === null || found[0]?.marker_found === true,
      rows: rows.slice(0, query.limit),
      more: rows.length > query.limit,
    };
  }
}
