import type { DiskServer } from './disk-server.ts';
import type { MachineTimeouts } from './machine.ts';
import type { Firmware } from './machine-starter.ts';

export interface QemuTimeouts extends MachineTimeouts {
  /** For a machine to run with KVM when that is tried. */
  readonly probe: number;
  /** Between two looks at all machines. */
  readonly watch: number;
}

export interface QemuOptions {
  /** The host's: everything there is of its servers. */
  readonly directory: string;
  /** Path of a qemu-system-x86_64, or its name where it is installed. */
  readonly qemuSystem: string;
  /** Path of a qemu-img, or its name. */
  readonly qemuImg: string;
  /** Paths of the UEFI firmware's parts; null: servers that boot with it are refused. */
  readonly ovmf: Firmware | null;
  readonly diskServer: DiskServer;
  /** Milliseconds. */
  readonly timeouts?: Partial<QemuTimeouts>;
  /** Bytes after which a console is cut; twice as many are kept. Default 4 MiB. */
  readonly consoleLimit?: number;
  /** Told what goes wrong where nobody waits for an answer. */
  readonly onError?: (error: unknown) => void;
}

export const TIMEOUTS: QemuTimeouts = { start: 60_000, answer: 5_000, quit: 10_000, probe: 5_000, watch: 1_000 };
export const CONSOLE_LIMIT = 4 << 20;
