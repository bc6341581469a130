import type { HeldObject } from '@imago/contracts';
import type { Extent } from '@imago/disk-image';

/** An object of a region's store that a disk is read from, with the objects under it when it is a layer. */
export interface BaseImage extends HeldObject {
  readonly region: string;
}

/** A disk of a server. What the server writes lies on the host, what it never wrote is read from the base. */
export interface DiskSpec {
  /** UUID; one of its own for every disk, also of the disk that takes another one's place. */
  readonly id: string;
  /** Bytes, exactly. At least those of the base's disk; behind its end the disk reads as zeros. */
  readonly size: bigint;
  /** Null: the disk is empty. */
  readonly base: BaseImage | null;
}

/** A server as the host knows it. */
export interface ServerSpec {
  /** UUID. */
  readonly id: string;
  /** Its host name; any printable text, made fit where it is used. */
  readonly name: string;
  readonly vcpus: number;
  /** MiB. */
  readonly ram: number;
  readonly firmware: 'bios' | 'uefi';
  /** Null: it has no network card at all. */
  readonly mac_address: string | null;
  /** True: its guest reaches the network's DHCP and nothing else, not the host either. */
  readonly restricted: boolean;
  readonly system_disk: DiskSpec;
  readonly data_disks: readonly DiskSpec[];
  /** Cloud-init's user data; null: none. */
  readonly user_data: string | null;
  /** True: BIOS firmware, and boot loaders that speak through it, are heard on the serial console too. Default false. */
  readonly firmware_on_console?: boolean | undefined;
}

/** `running`: the machine exists, whatever its guest does. */
export type PowerState = 'running' | 'stopped';

/** What a machine did without being told to by this process. */
export type MachineChange =
  /** It is off: its guest switched it off, or it ended without a word. */
  | { readonly type: 'stopped'; readonly server_id: string; readonly reason: 'guest' | 'crashed' }
  /** A disk could not be read or written; its guest was told, and the machine goes on. */
  | { readonly type: 'disk_error'; readonly server_id: string; readonly disk_id: string; readonly message: string };

export interface HypervisorFacts {
  /** Of the hypervisor's own. */
  readonly version: string;
  /** `kvm` only where a machine has been seen to run with it. */
  readonly accelerator: 'kvm' | 'tcg';
  readonly architecture: 'x86_64';
  /** Whether servers with firmware `uefi` can be made. */
  readonly uefi: boolean;
  /** Bytes free where the disks are. */
  readonly disk_free: bigint;
  /** Bytes of memory of the host. */
  readonly memory_total: bigint;
}

/** Bytes of a console, and where in its output they begin. Output only grows; what is before `offset` is gone. */
export interface ConsoleOutput {
  readonly offset: bigint;
  readonly data: Buffer;
}

/**
 * A disk of a stopped server, as the server sees it. It can be read until the server is started, gets another disk or is
 * deleted; what is open then answers no more bytes, whoever did it.
 */
export interface DiskExport {
  /** Bytes of the disk. */
  readonly size: number;
  /** Another one, when the disk was written in between; also of another opening of it. */
  readonly revision: string;
  /**
   * The parts that the server may have changed since it got the disk, also those it made zero or discarded: in MiB of the
   * disk, ascending, not touching each other. The rest is as in the base, with zeros behind that.
   */
  changed(): Promise<readonly Extent[]>;
  /**
   * Fills the target from the disk. Reads may go on at the same time.
   * @throws HypervisorError when the disk is not as it was when it was opened; any other error for bytes that cannot be
   * read, now or ever. Then the target is worth nothing.
   */
  read(offset: number, target: Buffer, signal: AbortSignal): Promise<void>;
  /** Ends what is being read. */
  close(): Promise<void>;
}

/** What a host cannot do at all, however often it is asked. */
export class HypervisorError extends Error {
  override readonly name = 'HypervisorError';
}

/**
 * Servers on one host: the port that compute works through. Every call may be repeated after a crash at any point and
 * ends in the same state. Calls of one process for one server wait for each other, also for one that hangs; who has a
 * signal can give up. Machines do not depend on the process that made them: another one on the same directory finds them.
 */
export abstract class Hypervisor {
  /** @throws HypervisorError when this host cannot run machines, and why. */
  abstract facts(): Promise<HypervisorFacts>;

  /** Gives a server its disks. It is stopped after that; one that has them keeps them as they are. */
  abstract create(spec: ServerSpec, signal?: AbortSignal): Promise<void>;

  /** Switches a server on; one that runs stays as it is. Returns when its machine runs its first instruction. */
  abstract start(serverId: string, signal?: AbortSignal): Promise<void>;

  /**
   * Switches a server off: asks its guest, and cuts the power when it has not gone after `patience` milliseconds; 0 cuts
   * it at once. One that is off stays off. Its disks are closed and whole when this returns.
   */
  abstract stop(serverId: string, options: { patience: number; signal?: AbortSignal }): Promise<void>;

  /** Asks the guest to reboot and waits `patience` milliseconds for it, then resets the machine; 0 resets it at once. */
  abstract reboot(serverId: string, options: { patience: number; signal?: AbortSignal }): Promise<void>;

  /** @returns null for a server this host does not have. */
  abstract power(serverId: string): Promise<PowerState | null>;

  /** Ids of all servers this host has anything of. */
  abstract list(): Promise<readonly string[]>;

  /** Replaces the system disk of a stopped server, and what cloud-init is told; it sees a new instance. */
  abstract changeSystemDisk(
    serverId: string,
    change: { readonly disk: DiskSpec; readonly user_data: string | null; readonly firmware: 'bios' | 'uefi' },
  ): Promise<void>;

  /** Switches it off at once and removes everything the host has of it. One that is not there is fine. */
  abstract delete(serverId: string): Promise<void>;

  /**
   * Opens a disk of a stopped server for reading.
   * @throws HypervisorError while its machine runs; Error for a server or a disk that is not there, or is damaged
   */
  abstract openDisk(serverId: string, diskId: string): Promise<DiskExport>;

  /** Console output from `offset` on, at most 256 KiB at a time; from the oldest that is kept when that is later. */
  abstract console(serverId: string, offset: bigint): Promise<ConsoleOutput>;

  /** Tells of changes of all running machines, also of those that another process started. Returns how to end it. */
  abstract watch(listener: (change: MachineChange) => void): () => void;

  /** Lets go of the host's machines, which run on. */
  abstract close(): Promise<void>;
}
