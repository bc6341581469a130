import type { HypervisorFacts } from '@imago/hypervisor';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Seconds without a sign of life after which a host gets no new servers. */
export const HOST_PATIENCE = 30;

/** What a host says of itself. */
export type HostReport =
  | { readonly facts: HypervisorFacts; readonly disk_used: bigint; readonly unavailable: null }
  | { readonly unavailable: string };

/** What the hosts last said of themselves. */
@Injectable()
export class HostsRepository {
  constructor(private readonly db: DataSource) {}

  /** Records a sign of life, for each region of the host. */
  async report(hostId: string, regions: readonly string[], report: HostReport): Promise<void> {
    const facts = report.unavailable === null ? report.facts : null;
    for (const region of [...regions].sort()) {
      await this.db.query(
        `INSERT INTO compute.hosts (region, host_id, version, accelerator, disk_free, disk_used, memory_total, unavailable)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT ON CONSTRAINT hosts_pkey DO UPDATE SET version = excluded.version,
           accelerator = excluded.accelerator, disk_free = excluded.disk_free, disk_used = excluded.disk_used,
           memory_total = excluded.memory_total, unavailable = excluded.unavailable, heartbeat_at = now()`,
        [
          region,
          hostId,
          facts?.version ?? null,
          facts?.accelerator ?? null,
          (facts?.disk_free ?? 0n).toString(),
          (report.unavailable === null ? report.disk_used : 0n).toString(),
          (facts?.memory_total ?? 0n).toString(),
          report.unavailable,
        ],
      );
    }
  }

  /** A host that ends says so at once, instead of being missed. */
  async leave(hostId: string): Promise<void> {
    await this.db.query(`UPDATE compute.hosts SET unavailable = 'The service has ended.' WHERE host_id = $1`, [hostId]);
  }
}
