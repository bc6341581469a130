import type { ServerRecord } from '@imago/contracts';
import type { ServerDisk } from './server-disk.row.ts';
import type { ServerRow } from './server.row.ts';

/**
 * A server as everybody outside compute sees it. `disks` may be those of several servers.
 * @throws Error for one without a system disk, which no server is.
 */
export function toRecord(row: ServerRow, disks: readonly ServerDisk[]): ServerRecord {
  const own = disks.filter((disk) => disk.server_id === row.id);
  const system = own.find((disk) => disk.role === 'system');
  if (system === undefined) throw new Error(`Server ${row.id} has no system disk`);
  return {
    id: row.id,
    name: row.name,
    project_id: row.project_id,
    region: row.region,
    status: row.status,
    task: row.task,
    job_id: row.job_id,
    flavor: { name: row.flavor, vcpus: row.vcpus, ram: row.ram },
    image_id: row.image_id,
    image_name: row.image_name,
    os_distro: row.os_distro,
    os_version: row.os_version,
    boot_mode: row.boot_mode,
    system_disk: { size_gib: system.size_gib },
    data_disks: own
      .filter((disk) => disk.role === 'data')
      .map(({ id, size_gib, image_id }) => ({ id, size_gib, image_id })),
    network: { name: row.network, mac_address: row.mac_address },
    fault: row.fault,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    version: row.version,
  };
}
