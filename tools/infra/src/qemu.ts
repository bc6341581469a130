import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageBundle, unpackBundle } from './debian-packages.ts';
import { provideProgram } from './programs.ts';
import type { ProgramChoice } from './programs.ts';
import { ProvisionError } from './provision-error.ts';
import { commandWorks } from './run-command.ts';

const utilities: PackageBundle = {
  name: 'qemu-utils',
  title: 'qemu-img',
  packages: ['qemu-utils'],
  always: /^qemu-/,
  programs: ['usr/bin/qemu-img', 'usr/bin/qemu-nbd', 'usr/bin/qemu-io'],
  remedy: 'Install qemu-utils, or set IMAGO_QEMU_IMG to the path of a qemu-img.',
};

const system: PackageBundle = {
  name: 'qemu-system',
  title: 'qemu-system-x86_64',
  packages: ['qemu-system-x86'],
  always: /^(qemu-|seabios$|ipxe-qemu$)/,
  programs: ['usr/bin/qemu-system-x86_64'],
  remedy: 'Install qemu-system-x86, or set IMAGO_QEMU_SYSTEM to the path of a qemu-system-x86_64.',
};

const firmware: PackageBundle = {
  name: 'ovmf',
  title: 'OVMF, the UEFI firmware of virtual machines,',
  packages: ['ovmf'],
  always: /^ovmf$/,
  only: /^ovmf$/,
  remedy: 'Install ovmf; without it, machines that boot with UEFI cannot run.',
};

const FIRMWARE_DIRECTORY = 'usr/share/OVMF';
/** Best first: code and the variables that belong to it. */
const FIRMWARE_FILES = [
  ['OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'],
  ['OVMF_CODE.fd', 'OVMF_VARS.fd'],
] as const;

/** The parts of a UEFI firmware: code, which is the same for all machines, and the variables a machine starts with. */
export interface Ovmf {
  readonly code: string;
  readonly vars: string;
}

/** What of qemu this machine has. */
export interface QemuPrograms {
  readonly qemuImg: string;
  /** Null: it cannot be had here, and no server can run. */
  readonly qemuSystem: string | null;
  /** Null: servers that boot with UEFI cannot run. */
  readonly ovmf: Ovmf | null;
}

/**
 * All of qemu. Images can be made without machines to run them, so only qemu-img is a must.
 * @throws ProvisionError without qemu-img.
 */
export async function provideQemu(choice: ProgramChoice, env: NodeJS.ProcessEnv): Promise<QemuPrograms> {
  const { signal, report } = choice.cache;
  const orNone = (error: unknown): null => {
    if (signal.aborted || !(error instanceof ProvisionError)) throw error;
    report(error.message);
    return null;
  };
  const [qemuImg, qemuSystem, ovmf] = await Promise.all([
    (await chosen('IMAGO_QEMU_IMG', 'qemu-img', env)) ?? provideQemuImg(choice),
    chosen('IMAGO_QEMU_SYSTEM', 'qemu-system-x86_64', env).then(
      (path) => path ?? provideQemuSystem(choice).catch(orNone),
    ),
    provideOvmf(choice).catch(orNone),
  ]);
  return { qemuImg, qemuSystem, ovmf };
}

async function chosen(name: string, program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const path = env[name];
  if (!path) return undefined;
  if (await commandWorks(path, ['--version'])) return path;
  throw new ProvisionError(`${name} names no program that runs here.`, `Set it to the path of a ${program}.`);
}

/** Path of a qemu-img: the machine's own, else one unpacked from the distribution's packages. */
export function provideQemuImg(choice: ProgramChoice): Promise<string> {
  return provideProgram('qemu-img', utilities, choice);
}

/** Path of a qemu-system-x86_64 that finds its firmware. */
export function provideQemuSystem(choice: ProgramChoice): Promise<string> {
  return provideProgram('qemu-system-x86_64', system, choice);
}

/** Paths of the UEFI firmware for x86_64 machines: the machine's own, else one of the distribution's packages. */
export async function provideOvmf({ cache, forcePrivate }: ProgramChoice): Promise<Ovmf> {
  const own = forcePrivate ? undefined : await findFirmware('/');
  const found = own ?? (await findFirmware(await unpackBundle(firmware, cache)));
  if (found === undefined) throw new ProvisionError(`${firmware.title} is not where it should be.`, firmware.remedy);
  return found;
}

async function findFirmware(root: string): Promise<Ovmf | undefined> {
  for (const [code, vars] of FIRMWARE_FILES) {
    const found = { code: join(root, FIRMWARE_DIRECTORY, code), vars: join(root, FIRMWARE_DIRECTORY, vars) };
    if ((await isFile(found.code)) && (await isFile(found.vars))) return found;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
