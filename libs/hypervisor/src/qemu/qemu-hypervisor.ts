import { constants } from 'node:fs';
import { copyFile, mkdir, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import {
  type ConsoleOutput,
  type DiskSpec,
  Hypervisor,
  HypervisorError,
  type HypervisorFacts,
  type MachineChange,
  type PowerState,
  type ServerSpec,
} from '../hypervisor.ts';
import { findAccelerator } from './accelerator.ts';
import { writeSeed } from './cloud-init.ts';
import { ConsoleLog } from './console-log.ts';
import type { DiskServer } from './disk-server.ts';
import { Machine, type MachineTimeouts } from './machine.ts';
import { machineArguments } from './machine-arguments.ts';
import { MachineProcess } from './machine-process.ts';
import { MachineWatch } from './machine-watch.ts';
import { makeOverlay, type QemuAbilities, qemuAbilities } from './qemu-program.ts';
import { ServedBases } from './served-bases.ts';
import { checkServer } from './server-document.ts';
import { diskFile, disksOf, FILES, ServerFiles, variablesFile } from './server-files.ts';

export interface QemuTimeouts extends MachineTimeouts {
  /** For a machine to run with KVM when that is tried. */
  readonly probe: number;
  /** Between two looks at all machines. */
  readonly watch: number;
}

export interface QemuOptions {
  /** The host's: everything there is of its servers. */
  readonly directory: string;
  /** Path of a qemu-system-x86_64. */
  readonly qemuSystem: string;
  /** Path of a qemu-img. */
  readonly qemuImg: string;
  /** Paths of the UEFI firmware's parts; null: servers that boot with it are refused. */
  readonly ovmf: { readonly code: string; readonly vars: string } | null;
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
  readonly #options: QemuOptions;
  readonly #directory: string;
  readonly #timeouts: QemuTimeouts;
  readonly #consoleLimit: number;
  readonly #files: ServerFiles;
  readonly #bases: ServedBases;
  readonly #watch: MachineWatch;
  /** Servers for which something is done now. */
  readonly #busy = new Set<string>();
  #abilities: Promise<QemuAbilities> | undefined;

  constructor(options: QemuOptions) {
    super();
    this.#options = options;
    this.#directory = resolve(options.directory);
    this.#timeouts = { ...TIMEOUTS, ...options.timeouts };
    this.#consoleLimit = options.consoleLimit ?? CONSOLE_LIMIT;
    this.#files = new ServerFiles(this.#directory);
    this.#bases = new ServedBases(options.diskServer, this.#files);
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
    const { version } = await this.#qemu();
    const accelerator = await findAccelerator(this.#options.qemuSystem, this.#timeouts.probe);
    await mkdir(this.#directory, { recursive: true });
    const { bavail, bsize } = await statfs(this.#directory, { bigint: true });
    const memory = BigInt(totalmem());
    return { version, accelerator, architecture: 'x86_64', disk_free: bavail * bsize, memory_total: memory };
  }

  override async create(spec: ServerSpec, signal?: AbortSignal): Promise<void> {
    checkServer(spec);
    if (spec.firmware === 'uefi') this.#requireOvmf();
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
    if (change.firmware === 'uefi') this.#requireOvmf();
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
    const console = new ConsoleLog(this.#files.directory(serverId), this.#consoleLimit);
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
    const command = await this.#command(spec);
    await new ConsoleLog(this.#files.directory(serverId), this.#consoleLimit).trim();
    signal?.throwIfAborted();
    const directory = this.#files.directory(serverId);
    const machine = new Machine(await MachineProcess.start(directory, command), directory, this.#timeouts);
    try {
      await machine.awaitRunning(signal);
    } catch (error) {
      await machine.kill();
      await this.#files.forgetMachine(serverId);
      throw error;
    }
  }

  async #command(spec: ServerSpec): Promise<[string, ...string[]]> {
    const { qemuSystem, ovmf } = this.#options;
    const { sandbox } = await this.#qemu();
    if (spec.firmware === 'uefi') this.#requireOvmf();
    if (spec.firmware === 'uefi' && !(await this.#files.has(spec.id, variablesFile(spec)))) {
      const { vars } = this.#requireOvmf();
      await this.#files.replace(spec.id, variablesFile(spec), (draft) =>
        copyFile(vars, draft, constants.COPYFILE_EXCL),
      );
    }
    await writeSeed(this.#files.path(spec.id, FILES.seed), spec);
    const accelerator = await findAccelerator(qemuSystem, this.#timeouts.probe);
    const bases = await this.#bases.publish(spec);
    const firmwareCode = ovmf === null ? null : resolve(ovmf.code);
    return [resolve(qemuSystem), ...machineArguments(spec, { accelerator, sandbox, firmwareCode, bases })];
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
    const { qemuImg } = this.#options;
    await this.#files.replace(serverId, diskFile(disk), (path) =>
      makeOverlay(qemuImg, { path, size: disk.size, signal }),
    );
  }

  #requireOvmf(): { readonly code: string; readonly vars: string } {
    const { ovmf } = this.#options;
    if (ovmf === null) throw new HypervisorError('This host has no UEFI firmware; install ovmf.');
    return ovmf;
  }

  async #qemu(): Promise<QemuAbilities> {
    this.#abilities ??= qemuAbilities(this.#options.qemuSystem);
    this.#abilities.catch(() => (this.#abilities = undefined)); // it may be there the next time
    return this.#abilities;
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
