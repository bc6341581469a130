import { refusal } from '@imago/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { LIVE_HOST } from './hosts.repository.ts';
import { chooseHost, hasRoom, type HostRoom, type Needed, ownMemory } from './host-room.ts';

/** Bytes of a GiB. */
const GIB = 2 ** 30;

const NOTHING: Needed = { servers: 0, disk: 0n, memory: 0n, uefi: false };

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
  async place(tx: EntityManager, region: string, needed: Needed): Promise<string> {
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
  async requireDisk(tx: EntityManager, hostId: string, { disk, uefi }: Pick<Needed, 'disk' | 'uefi'>): Promise<void> {
    if (disk <= 0n && !uefi) return;
    await tx.query('SELECT 1 FROM compute.hosts WHERE host_id = $1 ORDER BY region FOR UPDATE', [hostId]);
    const [room] = await this.#rooms(tx, [hostId]);
    if (room === undefined) return;
    // A disk that is no larger needs no room, however full the host is.
    const asked = { ...room, memory: 0n, disk: disk > 0n ? room.disk : disk };
    chooseHost([asked], { ...NOTHING, disk, uefi }, '');
  }

  /**
   * The host has room for a machine beside what it has promised; it cannot promise it to others until the transaction ends.
   * @throws Refusal server.host_not_available when another host of the region has, else what keeps them all from it:
   * server.host_disk_full, server.host_memory_full with the figures, server.image_unusable
   */
  async requireRoom(tx: EntityManager, at: { host: string; region: string }, needed: Needed): Promise<void> {
    await tx.query('SELECT 1 FROM compute.hosts WHERE host_id = $1 ORDER BY region FOR UPDATE', [at.host]);
    const live: { host_id: string }[] = await tx.query(
      `SELECT host_id FROM compute.hosts WHERE region = $1 AND ${LIVE_HOST}`,
      [at.region],
    );
    const rooms = await this.#rooms(tx, [...new Set([at.host, ...live.map(({ host_id }) => host_id)])]);
    const isRoomy = rooms.some((room) => room.host_id === at.host && hasRoom(room, needed));
    if (isRoomy) return;
    const roomier = chooseHost(rooms, needed, at.region);
    const message = `Host ${at.host} cannot take it now; host ${roomier} of region ${at.region} can.`;
    throw refusal('server.host_not_available', message, { region: at.region });
  }

  /**
   * The region has a host at all, as far as can be told before everything is known.
   * @throws Refusal server.host_not_available
   */
  async requireHost(tx: EntityManager, region: string): Promise<void> {
    const live: unknown[] = await tx.query(`SELECT 1 FROM compute.hosts WHERE region = $1 AND ${LIVE_HOST} LIMIT 1`, [
      region,
    ]);
    if (live.length === 0) chooseHost([], NOTHING, region);
  }

  async #rooms(tx: EntityManager, hostIds: readonly string[]): Promise<HostRoom[]> {
    const rows: {
      host_id: string;
      uefi: boolean;
      disk: string;
      memory: string;
      accelerator: string | null;
      promised_disk: string;
      promised_memory: string;
      servers: string;
    }[] = await tx.query(
      `SELECT host_id, bool_or(uefi) AS uefi, max(accelerator) AS accelerator,
           max(disk_free + disk_used) AS disk, max(memory_total) AS memory,
           ((SELECT coalesce(sum(disk.size_gib), 0) FROM compute.servers server
              JOIN compute.server_disks disk ON disk.server_id = server.id
              WHERE server.host_id = host.host_id AND server.status <> 'deleted')
            + (SELECT coalesce(sum(size_gib), 0) FROM compute.proof_machines machine
              WHERE machine.host_id = host.host_id)) * 1073741824::bigint AS promised_disk,
           ((SELECT coalesce(sum(ram), 0) FROM compute.servers server
              WHERE server.host_id = host.host_id AND server.status <> 'deleted')
            + (SELECT coalesce(sum(ram), 0) FROM compute.proof_machines machine
              WHERE machine.host_id = host.host_id)) * 1048576::bigint AS promised_memory,
           (SELECT count(*) FROM compute.servers server
              WHERE server.host_id = host.host_id AND server.status <> 'deleted')
            + (SELECT count(*) FROM compute.proof_machines machine WHERE machine.host_id = host.host_id) AS servers
         FROM compute.hosts host WHERE host_id = ANY ($1::text[]) GROUP BY host_id ORDER BY host_id`,
      [hostIds],
    );
    return rows.map(({ host_id, uefi, accelerator, ...row }) => {
      const own_memory = ownMemory(accelerator);
      const promised = BigInt(row.promised_memory) + BigInt(row.servers) * own_memory;
      return {
        host_id,
        uefi,
        own_memory,
        disk: this.#disk(row.disk) - BigInt(row.promised_disk),
        memory: available(Number(row.memory), this.config.COMPUTE_MEMORY_ALLOCATION_RATIO) - promised,
      };
    });
  }

  /** The cache of images may grow to its limit, whatever is promised; what it holds already is among the bytes used. */
  #disk(bytes: string): bigint {
    const { COMPUTE_CACHE_GIB, COMPUTE_DISK_ALLOCATION_RATIO } = this.config;
    return available(Math.max(0, Number(bytes) - COMPUTE_CACHE_GIB * GIB), COMPUTE_DISK_ALLOCATION_RATIO);
  }
}

/** Ratios have a few decimals; bytes pass what a number holds exactly only beyond any host. */
function available(bytes: number, ratio: number): bigint {
  return BigInt(Math.floor(bytes * ratio));
}
