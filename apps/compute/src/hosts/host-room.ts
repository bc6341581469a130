import { refusal } from '@imago/contracts';

/** What a host may still promise, in bytes; negative when it has promised more than it has by now. */
export interface HostRoom {
  readonly host_id: string;
  /** Whether its servers can boot with UEFI. */
  readonly uefi: boolean;
  readonly disk: bigint;
  readonly memory: bigint;
  /** What each server takes of the memory beside what its guest sees; see {@link ownMemory}. */
  readonly own_memory: bigint;
}

/** What servers need of a host together, in bytes. */
export interface Needed {
  readonly servers: number;
  readonly disk: bigint;
  /** What their guests see. */
  readonly memory: bigint;
  /** They boot with UEFI. */
  readonly uefi: boolean;
}

/** Bytes of a MiB. */
const MIB = 2n ** 20n;

/** Bytes that qemu itself takes for a server: its code, its buffers, its firmware. */
const PROGRAM = 128n * MIB;

/** Bytes that translated code of a guest takes where no processor runs it as it is. */
const TRANSLATED_CODE = 256n * MIB;

/** Bytes a server takes on a host beside the memory of its guest. The dearer way counts for a host that has not said. */
export function ownMemory(accelerator: string | null): bigint {
  return accelerator === 'kvm' ? PROGRAM : PROGRAM + TRANSLATED_CODE;
}

/**
 * The host with the most memory left of those with room for everything, and with UEFI where that is needed.
 * @throws Refusal server.host_not_available when there is none at all; server.image_unusable when none has UEFI;
 * server.host_disk_full or server.host_memory_full with what is needed and what the roomiest one has.
 */
export function chooseHost(live: readonly HostRoom[], needed: Needed, region: string): string {
  if (live.length === 0) {
    throw refusal('server.host_not_available', `No host of region ${region} can run servers now.`, { region });
  }
  const hosts = live.filter(({ uefi }) => uefi || !needed.uefi);
  if (hosts.length === 0) {
    throw refusal('server.image_unusable', 'The image boots with UEFI, which no host here can.', { boot_mode: 'uefi' });
  }
  const withDisk = hosts.filter((host) => host.disk >= needed.disk);
  const roomiest = largest(hosts, ({ disk }) => disk);
  if (withDisk.length === 0) {
    throw refusal('server.host_disk_full', 'No host has so much disk left.', figures(needed.disk, roomiest.disk));
  }
  // Not each host needs the same memory for them: the best is the one that has the most left after them.
  const best = largest(withDisk, (host) => host.memory - memoryFor(host, needed));
  const memory = memoryFor(best, needed);
  if (best.memory < memory) {
    throw refusal('server.host_memory_full', 'No host has so much memory left.', figures(memory, best.memory));
  }
  return best.host_id;
}

/** Whether a host has room for all of it, and UEFI where that is needed. */
export function hasRoom(host: HostRoom, needed: Needed): boolean {
  return (host.uefi || !needed.uefi) && host.disk >= needed.disk && host.memory >= memoryFor(host, needed);
}

function memoryFor({ own_memory }: HostRoom, { servers, memory }: Needed): bigint {
  return memory + BigInt(servers) * own_memory;
}

function largest(hosts: readonly HostRoom[], bytesOf: (host: HostRoom) => bigint): HostRoom {
  return hosts.reduce((best, host) => (bytesOf(host) > bytesOf(best) ? host : best));
}

/** Bytes, as decimal strings. */
function figures(needed: bigint, available: bigint): { needed: string; available: string } {
  return { needed: needed.toString(), available: (available < 0n ? 0n : available).toString() };
}
