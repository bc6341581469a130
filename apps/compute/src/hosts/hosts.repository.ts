import type { HypervisorFacts } from '@imago/hypervisor';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Seconds without a sign of life after which a host gets no new servers. */
export const HOST_PATIENCE = 30;

/** Of a row of hosts: it lives and can work. */
export const LIVE_HOST = `unavailable IS NULL AND heartbeat_at > now() - make_interval(secs => ${HOST_PATIENCE})`;

/** What a host says of itself. */
export type HostReport =
  | {
      readonly facts: HypervisorFacts;
      readonly disk_used: bigint;
      readonly export_url: string | null;
      readonly unavailable: null;
    }
  | { readonly unavailable: string };

/** What the hosts last said of themselves. */
@Injectable()
export class HostsRepository {
  constructor(private readonly db: DataSource) {}

  /** Records a sign of life, for each region of the host. */
  async report(hostId: string, regions: readonly string[], report: HostReport): Promise<void> {
    const facts = report.unavailable === null ? report.facts : null;
    const exportUrl = report.unavailable === null ? report.export_url : null;
    for (const region of [...regions].sort()) {
      await this.db.query(
        `INSERT INTO compute.hosts (region, host_id, version, accelerator, disk_free, disk_used, memory_total, unavailable,
           export_url, uefi)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT ON CONSTRAINT hosts_pkey DO UPDATE SET version = excluded.version,
           accelerator = excluded.accelerator, disk_free = excluded.disk_free, disk_used = excluded.disk_used,
           memory_total = excluded.memory_total, unavailable = excluded.unavailable,
           export_url = coalesce(excluded.export_url, hosts.export_url), uefi = excluded.uefi, heartbeat_at = now()`,
        [
          region,
          hostId,
          facts?.version ?? null,
          facts?.accelerator ?? null,
          (facts?.disk_free ?? 0n).toString(),
          (report.unavailable === null ? report.disk_used : 0n).toString(),
          (facts?.memory_total ?? 0n).toString(),
          report.unavailable,
          exportUrl,
          facts?.uefi ?? false,
        ],
      );
    }
  }

  /** Where a host gives out locked disks; null when it cannot work now, or has not said. */
  async exportUrl(tx: EntityManager, hostId: string, region: string): Promise<string | null> {
    const [row]: { export_url: string | null }[] = await tx.query(
      `SELECT export_url FROM compute.hosts WHERE host_id = $1 AND region = $2 AND ${LIVE_HOST}`,
      [hostId, region],
    );
    return row?.export_url ?? null;
  }

  /** A host that ends says so at once, instead of being missed. */
  async leave(hostId: string): Promise<void> {
    await this.db.query(`UPDATE compute.hosts SET unavailable = 'The service has ended.' WHERE host_id = $1`, [hostId]);
  }
}
