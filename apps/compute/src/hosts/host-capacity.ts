import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { LIVE_HOST } from './hosts.repository.ts';
import { chooseHost, type HostRoom } from './host-room.ts';

/** What servers need of a host. */
export interface Room {
  /** Bytes. */
  readonly disk: bigint;
  /** Bytes. */
  readonly memory: bigint;
  /** What is placed there boots with UEFI. */
  readonly uefi: boolean;
}

/**
 * What hosts have promised and may still promise. Counted under the lock of the host's rows, so that of two orders for
 * the last place one gets it. A host has the same disk and memory in all of its regions.
 */
@Injectable()
export class HostCapacity {
  constructor(@Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig) {}

  /**
   * The host of the region that takes servers of this size all together; it cannot promise it to others until the
   * transaction ends.
   * @throws Refusal server.host_not_available, server.host_disk_full, server.host_memory_full with the figures.
   */
  async place(tx: EntityManager, region: string, needed: Room): Promise<string> {
    const locked: { host_id: string }[] = await tx.query(
      `SELECT host_id FROM compute.hosts WHERE host_id IN (SELECT host_id FROM compute.hosts WHERE region = $1 AND ${LIVE_HOST})
       ORDER BY host_id, region FOR UPDATE`,
      [region],
    );
    const rooms = await this.#rooms(tx, [...new Set(locked.map(({ host_id }) => host_id))]);
    return chooseHost(rooms, needed, region);
  }

  /**
   * The host of a server has room for a larger disk, and boots it with UEFI where that is needed.
   * @throws Refusal server.host_disk_full with the figures, server.image_unusable
   */
  async requireDisk(tx: EntityManager, hostId: string, { disk, uefi }: Pick<Room, 'disk' | 'uefi'>): Promise<void> {
    if (disk <= 0n && !uefi) return;
    await tx.query('SELECT 1 FROM compute.hosts WHERE host_id = $1 ORDER BY region FOR UPDATE', [hostId]);
    const [room] = await this.#rooms(tx, [hostId]);
    if (room === undefined) return;
    // A disk that is no larger needs no room, however full the host is.
    const asked = { host_id: hostId, uefi: room.uefi, memory: 0n, disk: disk > 0n ? room.disk : disk };
    chooseHost([asked], { disk, memory: 0n, uefi }, '');
  }

  /**
   * The region has a host at all, as far as can be told before everything is known.
   * @throws Refusal server.host_not_available
   */
  async requireHost(tx: EntityManager, region: string): Promise<void> {
    const live: unknown[] = await tx.query(`SELECT 1 FROM compute.hosts WHERE region = $1 AND ${LIVE_HOST} LIMIT 1`, [
      region,
    ]);
    if (live.length === 0) chooseHost([], { disk: 0n, memory: 0n, uefi: false }, region);
  }

  async #rooms(tx: EntityManager, hostIds: readonly string[]): Promise<HostRoom[]> {
    const rows: {
      host_id: string;
      uefi: boolean;
      disk: string;
      memory: string;
      promised_disk: string;
      promised_memory: string;
    }[] = await tx.query(
      `SELECT host_id, bool_or(uefi) AS uefi, max(disk_free + disk_used) AS disk, max(memory_total) AS memory,
           (SELECT coalesce(sum(disk.size_gib), 0) * 1073741824::bigint FROM compute.servers server
              JOIN compute.server_disks disk ON disk.server_id = server.id
              WHERE server.host_id = host.host_id AND server.status <> 'deleted') AS promised_disk,
           (SELECT coalesce(sum(ram), 0) * 1048576::bigint FROM compute.servers server
              WHERE server.host_id = host.host_id AND server.status <> 'deleted') AS promised_memory
         FROM compute.hosts host WHERE host_id = ANY ($1::text[]) GROUP BY host_id ORDER BY host_id`,
      [hostIds],
    );
    return rows.map((row) => ({
      host_id: row.host_id,
      uefi: row.uefi,
      disk: available(row.disk, this.config.COMPUTE_DISK_ALLOCATION_RATIO) - BigInt(row.promised_disk),
      memory: available(row.memory, this.config.COMPUTE_MEMORY_ALLOCATION_RATIO) - BigInt(row.promised_memory),
    }));
  }
}

/** Ratios have a few decimals; bytes pass what a number holds exactly only beyond any host. */
function available(bytes: string, ratio: number): bigint {
  return BigInt(Math.floor(Number(bytes) * ratio));
}
