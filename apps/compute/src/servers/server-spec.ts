import type { BaseImage, DiskSpec, ServerSpec } from '@imago/hypervisor';
import type { ServerDisk } from './server-disk.row.ts';
import type { ServerRow } from './server.row.ts';

/** Bytes of a GiB. */
export const GIB = 2n ** 30n;

/** A disk as its host makes it. */
export function toDiskSpec(disk: ServerDisk, region: string): DiskSpec {
  const base: BaseImage | null = disk.base === null ? null : { ...disk.base, region };
  return { id: disk.id, size: BigInt(disk.size_gib) * GIB, base };
}

/**
 * A server as its host makes it. `disks` may be those of several servers.
 * @throws Error for one without a system disk, which no server is.
 */
export function toSpec(row: ServerRow, disks: readonly ServerDisk[]): ServerSpec {
  const own = disks.filter((disk) => disk.server_id === row.id);
  const system = own.find((disk) => disk.role === 'system');
  if (system === undefined) throw new Error(`Server ${row.id} has no system disk`);
  return {
    id: row.id,
    name: row.name,
    vcpus: row.vcpus,
    ram: row.ram,
    firmware: row.boot_mode,
    mac_address: row.mac_address,
    restricted: row.restricted,
    system_disk: toDiskSpec(system, row.region),
    data_disks: own.filter((disk) => disk.role === 'data').map((disk) => toDiskSpec(disk, row.region)),
    user_data: row.user_data,
  };
}
