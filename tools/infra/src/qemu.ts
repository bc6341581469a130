import type { PackageBundle } from './debian-packages.ts';
import { provideProgram } from './programs.ts';
import type { ProgramChoice } from './programs.ts';

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
  remedy: 'Install qemu-system-x86.',
};

/** Path of a qemu-img: the machine's own, else one unpacked from the distribution's packages. */
export function provideQemuImg(choice: ProgramChoice): Promise<string> {
  return provideProgram('qemu-img', utilities, choice);
}

/** Path of a qemu-system-x86_64 that finds its firmware. Nothing needs it at a start; proofs boot disks with it. */
export function provideQemuSystem(choice: ProgramChoice): Promise<string> {
  return provideProgram('qemu-system-x86_64', system, choice);
}
