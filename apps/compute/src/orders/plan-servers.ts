import type { Flavor } from '@imago/contracts';
import type { Needed } from '../hosts/host-room.ts';
import type { ServerDisk } from '../servers/server-disk.row.ts';
import { serverNames } from '../servers/server-names.ts';
import { GIB } from '../servers/server-spec.ts';
import { type HeldImage, marksOf, requireDataDisk, requireMachineDisks, systemDiskSize } from './image-rules.ts';
import { dataDisksOf, type ImageMarks, type InputOf } from './server-job.ts';

/** Bytes of a MiB. */
const MIB = 2n ** 20n;

/** Servers that could be made, if a host takes them. */
export interface ServersPlan {
  readonly flavor: Flavor;
  readonly image: ImageMarks;
  /** In the order of the ids in the job. */
  readonly names: readonly string[];
  readonly disks: readonly ServerDisk[];
  /** What all of them need together. */
  readonly needed: Needed;
}

/**
 * Judges the images against the order.
 * @throws Refusal server.image_unusable, server.ram_too_small, server.disk_size_mismatch, server.disk_too_small
 */
export function planServers(
  input: InputOf<'creating'>,
  flavor: Flavor,
  held: ReadonlyMap<string, HeldImage>,
): ServersPlan {
  const { request, servers, machine_disks = [] } = input;
  const dataDisks = dataDisksOf(input);
  const system = requireHeld(held, request.image_id);
  const size = systemDiskSize(system, { ram: flavor.ram, system_disk_gib: request.system_disk_gib });
  requireMachineDisks(system.image, machine_disks);
  for (const { image_id, size_gib } of dataDisks) {
    if (image_id !== null) requireDataDisk(requireHeld(held, image_id), size_gib);
  }
  const disks = servers.flatMap(({ id, system_disk_id, data_disk_ids }): ServerDisk[] => [
    {
      id: system_disk_id,
      server_id: id,
      role: 'system',
      position: 0,
      size_gib: size,
      image_id: request.image_id,
      base: system.object,
    },
    ...dataDisks.map((wish, index) => ({
      id: data_disk_ids[index] ?? '',
      server_id: id,
      role: 'data' as const,
      position: index + 1,
      size_gib: wish.size_gib,
      image_id: wish.image_id,
      base: wish.image_id === null ? null : requireHeld(held, wish.image_id).object,
    })),
  ]);
  return {
    flavor,
    image: marksOf(system.image),
    names: serverNames(request.name, request.count),
    disks,
    needed: {
      servers: servers.length,
      disk: disks.reduce((sum, disk) => sum + BigInt(disk.size_gib) * GIB, 0n),
      memory: BigInt(servers.length) * BigInt(flavor.ram) * MIB,
      uefi: system.image.boot_mode === 'uefi',
    },
  };
}

function requireHeld(held: ReadonlyMap<string, HeldImage>, imageId: string): HeldImage {
  const found = held.get(imageId);
  if (found === undefined) throw new Error(`Image ${imageId} is not held`);
  return found;
}
