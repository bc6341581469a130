import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HypervisorError, type ServerSpec } from '../hypervisor.ts';
import { findAccelerator } from './accelerator.ts';
import { writeSeed } from './cloud-init.ts';
import { Machine, type MachineTimeouts } from './machine.ts';
import { type Accelerator, machineArguments } from './machine-arguments.ts';
import { MachineProcess } from './machine-process.ts';
import { type QemuAbilities, qemuAbilities } from './qemu-program.ts';
import type { ServedBases } from './served-bases.ts';
import { FILES, type ServerFiles, variablesFile } from './server-files.ts';

/** Paths of the parts of the UEFI firmware. */
export interface Firmware {
  readonly code: string;
  readonly vars: string;
}

export interface StarterOptions {
  readonly qemuSystem: string;
  readonly ovmf: Firmware | null;
  readonly files: ServerFiles;
  readonly bases: ServedBases;
  /** Milliseconds. */
  readonly timeouts: MachineTimeouts & { readonly probe: number };
}

/** Makes machines of servers. */
export class MachineStarter {
  readonly #options: StarterOptions;
  #abilities: Promise<QemuAbilities> | undefined;

  constructor(options: StarterOptions) {
    this.#options = options;
  }

  /** @throws HypervisorError when qemu does not run here. */
  abilities(): Promise<QemuAbilities> {
    const abilities = (this.#abilities ??= qemuAbilities(this.#options.qemuSystem));
    abilities.catch(() => (this.#abilities = undefined)); // it may be there the next time
    return abilities;
  }

  accelerator(): Promise<Accelerator> {
    return findAccelerator(this.#options.qemuSystem, this.#options.timeouts.probe);
  }

  /** Whether servers can boot with UEFI. */
  get hasUefi(): boolean {
    return this.#options.ovmf !== null;
  }

  /** @throws HypervisorError for a server with UEFI on a host without. */
  requireFirmware(firmware: ServerSpec['firmware']): Firmware | null {
    const { ovmf } = this.#options;
    if (firmware === 'uefi' && ovmf === null)
      throw new HypervisorError('This host has no UEFI firmware; install ovmf.');
    return firmware === 'uefi' ? ovmf : null;
  }

  /** Returns when the machine runs. @throws Error when it does not, and leaves nothing of it. */
  async start(spec: ServerSpec, signal?: AbortSignal): Promise<void> {
    const { files, timeouts } = this.#options;
    const command = await this.#command(spec);
    signal?.throwIfAborted();
    const directory = files.directory(spec.id);
    const machine = new Machine(await MachineProcess.start(directory, command), directory, timeouts);
    try {
      await machine.awaitRunning(signal);
    } catch (error) {
      await machine.kill();
      await files.forgetMachine(spec.id);
      throw error;
    }
  }

  async #command(spec: ServerSpec): Promise<[string, ...string[]]> {
    const { qemuSystem, files, bases } = this.#options;
    const { sandbox } = await this.abilities();
    const firmware = this.requireFirmware(spec.firmware);
    const variables = variablesFile(spec);
    if (firmware !== null && !(await files.has(spec.id, variables)))
      await files.replace(spec.id, variables, (draft) => copyFile(firmware.vars, draft, constants.COPYFILE_EXCL));
    await writeSeed(files.path(spec.id, FILES.seed), spec);
    const surroundings = {
      accelerator: await this.accelerator(),
      sandbox,
      firmwareCode: firmware === null ? null : resolve(firmware.code),
      bases: await bases.publish(spec),
    };
    return [placeOf(qemuSystem), ...machineArguments(spec, surroundings)];
  }
}

/** A path stays what it is in the directory of a server; a name is looked for in the usual places. */
function placeOf(program: string): string {
  return program.includes('/') ? resolve(program) : program;
}
