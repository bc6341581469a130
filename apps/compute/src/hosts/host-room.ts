import { refusal } from '@imago/contracts';

/** What a host may still promise, in bytes; negative when it has promised more than it has by now. */
export interface HostRoom {
  readonly host_id: string;
  /** Whether its servers can boot with UEFI. */
  readonly uefi: boolean;
  readonly disk: bigint;
  readonly memory: bigint;
}

/**
 * The host with the most memory left of those with room for everything, and with UEFI where that is needed.
 * @throws Refusal server.host_not_available when there is none at all; server.image_unusable when none has UEFI;
 * server.host_disk_full or server.host_memory_full with what is needed and what the roomiest one has.
 */
export function chooseHost(
  live: readonly HostRoom[],
  needed: Pick<HostRoom, 'disk' | 'memory' | 'uefi'>,
  region: string,
): string {
  if (live.length === 0) {
    throw refusal('server.host_not_available', `No host of region ${region} can run servers now.`, { region });
  }
  const hosts = live.filter(({ uefi }) => uefi || !needed.uefi);
  if (hosts.length === 0) {
    throw refusal('server.image_unusable', 'The image boots with UEFI, which no host here can.', { boot_mode: 'uefi' });
  }
  const withDisk = hosts.filter((host) => host.disk >= needed.disk);
  const roomiest = largest(hosts, 'disk');
  if (withDisk.length === 0) {
    throw refusal('server.host_disk_full', 'No host has so much disk left.', figures(needed.disk, roomiest.disk));
  }
  const best = largest(withDisk, 'memory');
  if (best.memory < needed.memory) {
    throw refusal('server.host_memory_full', 'No host has so much memory left.', figures(needed.memory, best.memory));
  }
  return best.host_id;
}

function largest(hosts: readonly HostRoom[], what: 'disk' | 'memory'): HostRoom {
  return hosts.reduce((best, host) => (host[what] > best[what] ? host : best));
}

/** Bytes, as decimal strings. */
function figures(needed: bigint, available: bigint): { needed: string; available: string } {
  return { needed: needed.toString(), available: (available < 0n ? 0n : available).toString() };
}
