import { mkdir, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import {
  type ConsoleOutput,
  type DiskSpec,
  Hypervisor,
  type HypervisorFacts,
  type MachineChange,
  type PowerState,
  type ServerSpec,
} from '../hypervisor.ts';
import { ConsoleLog } from './console-log.ts';
import type { DiskServer } from './disk-server.ts';
import { Machine, type MachineTimeouts } from './machine.ts';
import { MachineProcess } from './machine-process.ts';
import { type Firmware, MachineStarter } from './machine-starter.ts';
import { MachineWatch } from './machine-watch.ts';
import { makeOverlay } from './qemu-program.ts';
import { ServedBases } from './served-bases.ts';
import { checkServer } from './server-document.ts';
import { diskFile, disksOf, ServerFiles } from './server-files.ts';

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

const TIMEOUTS: QemuTimeouts = { start: 60_000, answer: 5_000, quit: 10_000, probe: 5_000, watch: 1_000 };
const CONSOLE_LIMIT = 4 << 20;

/**
 * Servers as processes of qemu. A server is a directory: what it is, an overlay for each of its disks, and while it runs
 * the sockets of its machine. Machines run with KVM where that works and are emulated elsewhere.
 */
export class QemuHypervisor extends Hypervisor {
  readonly #qemuImg: string;
  readonly #directory: string;
  readonly #timeouts: QemuTimeouts;
  readonly #consoleLimit: number;
  readonly #files: ServerFiles;
  readonly #bases: ServedBases;
  readonly #starter: MachineStarter;
  readonly #watch: MachineWatch;
  /** Servers for which something is done now. */
  readonly #busy = new Set<string>();

  constructor(options: QemuOptions) {
    super();
    const { qemuSystem, qemuImg, ovmf } = options;
    this.#qemuImg = qemuImg;
    this.#directory = resolve(options.directory);
    this.#timeouts = { ...TIMEOUTS, ...options.timeouts };
    this.#consoleLimit = options.consoleLimit ?? CONSOLE_LIMIT;
    this.#files = new ServerFiles(this.#directory);
    this.#bases = new ServedBases(options.diskServer, this.#files);
    const [files, bases, timeouts] = [this.#files, this.#bases, this.#timeouts];
    this.#starter = new MachineStarter({ qemuSystem, ovmf, files, bases, timeouts });
    this.#watch = new MachineWatch({
      files: this.#files,
      busy: this.#busy,
      interval: this.#timeouts.watch,
      consoleLimit: this.#consoleLimit,
      answer: this.#timeouts.answer,
      onError: options.onError ?? (() => undefined),
    });
  }

  override async facts(): Promise<HypervisorFacts> {
    const { version } = await this.#starter.abilities();
    const accelerator = await this.#starter.accelerator();
    await mkdir(this.#directory, { recursive: true });
    const { bavail, bsize } = await statfs(this.#directory, { bigint: true });
    const memory = BigInt(totalmem());
    return { version, accelerator, architecture: 'x86_64', disk_free: bavail * bsize, memory_total: memory };
  }

  override async create(spec: ServerSpec, signal?: AbortSignal): Promise<void> {
    checkServer(spec);
    this.#starter.requireFirmware(spec.firmware);
    await this.#during(spec.id, async () => {
      await this.#files.sweep();
      if ((await this.#files.read(spec.id)) !== null) return;
      await this.#files.prepare(spec.id);
      for (const disk of disksOf(spec)) await this.#makeDisk(spec.id, disk, signal);
      await this.#bases.during(spec, () => this.#files.write(spec));
    });
  }

  override async start(serverId: string, signal?: AbortSignal): Promise<void> {
    await this.#during(serverId, () => this.#start(serverId, signal));
  }

  override async stop(serverId: string, options: { patience: number; signal?: AbortSignal }): Promise<void> {
    await this.#during(serverId, async () => {
      const machine = await this.#machine(serverId);
      if (machine !== null) await this.#switchOff(serverId, machine, options);
      await this.#files.forgetMachine(serverId);
    });
  }

  /** One that is off is switched on. */
  override async reboot(serverId: string, options: { patience: number; signal?: AbortSignal }): Promise<void> {
    await this.#during(serverId, async () => {
      const machine = await this.#machine(serverId);
      const asked = options.patience > 0 && (await machine?.askToReboot(options.patience, options.signal));
      if (machine !== null && asked !== true && (await machine.status()) !== 'shutdown') await machine.reset();
      await this.#start(serverId, options.signal); // its guest may have switched it off instead
    });
  }

  override async power(serverId: string): Promise<PowerState | null> {
    if ((await this.#files.read(serverId)) === null) return null;
    const machine = await this.#machine(serverId);
    if (machine === null) return 'stopped';
    if (this.#busy.has(serverId)) return 'running'; // whoever is busy with it has its monitor
    return (await machine.status()) === 'shutdown' ? 'stopped' : 'running';
  }

  override async list(): Promise<readonly string[]> {
    await this.#files.sweep();
    return this.#files.ids();
  }

  override async changeSystemDisk(
    serverId: string,
    change: { readonly disk: DiskSpec; readonly user_data: string | null; readonly firmware: 'bios' | 'uefi' },
  ): Promise<void> {
    this.#starter.requireFirmware(change.firmware);
    await this.#during(serverId, async () => {
      const { disk: system_disk, user_data, firmware } = change;
      const machine = await this.#machine(serverId);
      if (machine !== null && (await machine.status()) !== 'shutdown')
        throw new Error(`The server ${serverId} runs: its system disk stays.`);
      await machine?.quit();
      await this.#files.forgetMachine(serverId);
      const spec = { ...(await this.#files.require(serverId)), system_disk, user_data, firmware };
      checkServer(spec);
      await this.#makeDisk(serverId, system_disk);
      await this.#bases.during(spec, () => this.#files.write(spec));
      await this.#files.tidy(spec);
      await this.#bases.sweep();
    });
  }

  override async delete(serverId: string): Promise<void> {
    await this.#during(serverId, async () => {
      await this.#files.noteEnd(serverId, 'requested').catch(() => undefined); // where there is no directory
      const machine = await this.#machine(serverId);
      await machine?.kill(); // nobody wants its disks any more
      await this.#files.discard(serverId);
      await this.#files.sweep();
      await this.#bases.sweep();
    });
  }

  override async console(serverId: string, offset: bigint): Promise<ConsoleOutput> {
    await this.#files.require(serverId);
    const console = this.#console(serverId);
    await console.trim();
    return console.read(offset);
  }

  override watch(listener: (change: MachineChange) => void): () => void {
    return this.#watch.listen(listener);
  }

  override async close(): Promise<void> {
    await this.#watch.close();
  }

  async #start(serverId: string, signal?: AbortSignal): Promise<void> {
    const spec = await this.#files.require(serverId);
    const running = await this.#machine(serverId);
    if (running !== null && (await running.status()) !== 'shutdown') {
      await running.awaitRunning(signal);
      return;
    }
    await running?.quit();
    await this.#files.forgetMachine(serverId);
    await this.#console(serverId).trim();
    await this.#starter.start(spec, signal);
  }

  async #switchOff(
    serverId: string,
    machine: Machine,
    { patience, signal }: { patience: number; signal?: AbortSignal },
  ): Promise<void> {
    await this.#files.noteEnd(serverId, 'requested');
    try {
      if (patience > 0) await machine.askToShutDown(patience, signal);
      signal?.throwIfAborted();
    } catch (error) {
      await this.#files.forgetEnd(serverId); // if its guest still does what it was asked, that is told
      throw error;
    }
    await machine.quit();
  }

  async #machine(serverId: string): Promise<Machine | null> {
    const directory = this.#files.directory(serverId);
    const found = await MachineProcess.find(directory);
    return found === null ? null : new Machine(found, directory, this.#timeouts);
  }

  /** One that is there is whole, and is kept. */
  async #makeDisk(serverId: string, disk: DiskSpec, signal?: AbortSignal): Promise<void> {
    if (await this.#files.has(serverId, diskFile(disk))) return;
    const qemuImg = this.#qemuImg;
    await this.#files.replace(serverId, diskFile(disk), (path) =>
      makeOverlay(qemuImg, { path, size: disk.size, signal }),
    );
  }

  #console(serverId: string): ConsoleLog {
    return new ConsoleLog(this.#files.directory(serverId), this.#consoleLimit);
  }

  async #during<T>(serverId: string, work: () => Promise<T>): Promise<T> {
    this.#busy.add(serverId);
    try {
      return await work();
    } finally {
      this.#busy.delete(serverId);
    }
  }
}
