import { mkdir, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import {
  type ConsoleOutput,
  type DiskExport,
  type DiskSpec,
  Hypervisor,
  HypervisorError,
  type HypervisorFacts,
  type MachineChange,
  type PowerState,
  type ServerSpec,
} from '../hypervisor.ts';
import { ConsoleLog } from './console-log.ts';
import { Machine } from './machine.ts';
import { MachineProcess } from './machine-process.ts';
import { MachineStarter } from './machine-starter.ts';
import { MachineWatch } from './machine-watch.ts';
import { CONSOLE_LIMIT, type QemuOptions, type QemuTimeouts, TIMEOUTS } from './qemu-options.ts';
import { ServedBases } from './served-bases.ts';
import { ServerDisks } from './server-disks.ts';
import { checkServer } from './server-document.ts';
import { disksOf, ServerFiles } from './server-files.ts';
import { ServerTurns } from './server-turns.ts';

/**
 * Servers as processes of qemu. A server is a directory: what it is, an overlay for each of its disks, and while it runs
 * the sockets of its machine. Machines run with KVM where that works and are emulated elsewhere.
 */
export class QemuHypervisor extends Hypervisor {
  readonly #directory: string;
  readonly #timeouts: QemuTimeouts;
  readonly #consoleLimit: number;
  readonly #files: ServerFiles;
  readonly #bases: ServedBases;
  readonly #disks: ServerDisks;
  readonly #starter: MachineStarter;
  readonly #watch: MachineWatch;
  /** A call may come while an earlier one hangs that nobody waits for any more. */
  readonly #turns = new ServerTurns();

  constructor(options: QemuOptions) {
    super();
    const { qemuSystem, qemuImg, ovmf } = options;
    this.#directory = resolve(options.directory);
    this.#timeouts = { ...TIMEOUTS, ...options.timeouts };
    this.#consoleLimit = options.consoleLimit ?? CONSOLE_LIMIT;
    this.#files = new ServerFiles(this.#directory);
    this.#bases = new ServedBases(options.diskServer, this.#files);
    const [files, bases, timeouts] = [this.#files, this.#bases, this.#timeouts];
    this.#disks = new ServerDisks({ qemuImg, files, bases });
    this.#starter = new MachineStarter({ qemuSystem, ovmf, files, bases, timeouts });
    this.#watch = new MachineWatch({
      files: this.#files,
      busy: this.#turns,
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
    const host = { version, accelerator, architecture: 'x86_64', uefi: this.#starter.hasUefi } as const;
    return { ...host, disk_free: bavail * bsize, memory_total: BigInt(totalmem()) };
  }

  override async create(spec: ServerSpec, signal?: AbortSignal): Promise<void> {
    checkServer(spec);
    this.#starter.requireFirmware(spec.firmware);
    const make = async (): Promise<void> => {
      await this.#files.sweep();
      if ((await this.#files.read(spec.id)) !== null) return;
      await this.#files.prepare(spec.id);
      for (const disk of disksOf(spec)) await this.#disks.make(spec.id, disk, signal);
      await this.#bases.during(spec, () => this.#files.write(spec));
    };
    await this.#turns.take(spec.id, make, signal);
  }

  override async start(serverId: string, signal?: AbortSignal): Promise<void> {
    await this.#turns.take(serverId, () => this.#start(serverId, signal), signal);
  }

  override async stop(serverId: string, options: { patience: number; signal?: AbortSignal }): Promise<void> {
    const stop = async (): Promise<void> => {
      const machine = await this.#machine(serverId);
      if (machine !== null) await this.#switchOff(serverId, machine, options);
      await this.#files.forgetMachine(serverId);
    };
    await this.#turns.take(serverId, stop, options.signal);
  }

  /** One that is off is switched on. */
  override async reboot(serverId: string, options: { patience: number; signal?: AbortSignal }): Promise<void> {
    const reboot = async (): Promise<void> => {
      const machine = await this.#machine(serverId);
      const asked = options.patience > 0 && (await machine?.askToReboot(options.patience, options.signal));
      if (machine !== null && asked !== true && (await machine.status()) !== 'shutdown') await machine.reset();
      await this.#start(serverId, options.signal); // its guest may have switched it off instead
    };
    await this.#turns.take(serverId, reboot, options.signal);
  }

  override async power(serverId: string): Promise<PowerState | null> {
    if ((await this.#files.read(serverId)) === null) return null;
    const machine = await this.#machine(serverId);
    if (machine === null) return 'stopped';
    if (this.#turns.has(serverId)) return 'running'; // whoever is busy with it has its monitor
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
    await this.#turns.take(serverId, async () => {
      const { disk: system_disk, user_data, firmware } = change;
      await this.#requireOff(serverId);
      await this.#files.forgetMachine(serverId);
      await this.#disks.end(serverId);
      const spec = { ...(await this.#files.require(serverId)), system_disk, user_data, firmware };
      checkServer(spec);
      await this.#disks.make(serverId, system_disk);
      // Each step may have taken long, and another process may have started it: what its machine has stays.
      await this.#bases.during(spec, async () => {
        await this.#requireOff(serverId);
        await this.#files.write(spec);
      });
      await this.#requireOff(serverId);
      await this.#files.tidy(spec);
      await this.#bases.sweep();
    });
  }

  override async delete(serverId: string): Promise<void> {
    await this.#turns.take(serverId, async () => {
      await this.#files.noteEnd(serverId, 'requested').catch(() => undefined); // where there is no directory
      const machine = await this.#machine(serverId);
      await machine?.kill(); // nobody wants its disks any more
      await this.#disks.end(serverId);
      await this.#files.discard(serverId);
      await this.#files.sweep();
      await this.#bases.sweep();
    });
  }

  override openDisk(serverId: string, diskId: string): Promise<DiskExport> {
    return this.#turns.take(serverId, async () => {
      const spec = await this.#files.require(serverId);
      await this.#requireOff(serverId);
      return this.#disks.open(spec, diskId);
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
    await this.#disks.end();
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
    await this.#disks.end(serverId);
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

  /** Ends what is left of a machine that its guest has switched off. @throws HypervisorError when it runs. */
  async #requireOff(serverId: string): Promise<void> {
    const machine = await this.#machine(serverId);
    if (machine === null) return;
    if (await machine.quitIfOff(() => this.#files.noteEnd(serverId, 'guest'))) return;
    throw new HypervisorError(`The server ${serverId} runs: its disks are its own.`);
  }

  #console(serverId: string): ConsoleLog {
    return new ConsoleLog(this.#files.directory(serverId), this.#consoleLimit);
  }
}
