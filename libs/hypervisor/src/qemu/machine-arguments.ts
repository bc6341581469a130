import type { DiskSpec, ServerSpec } from '../hypervisor.ts';
import { SEED_LABEL } from './cloud-init.ts';
import type { ServedDisk } from './disk-server.ts';
import { diskFile, disksOf, FILES, variablesFile } from './server-files.ts';

export type Accelerator = 'kvm' | 'tcg';

/** What a machine gets from its host. */
export interface MachineSurroundings {
  readonly accelerator: Accelerator;
  /** Whether this qemu can be kept from what a machine never needs. */
  readonly sandbox: boolean;
  /** Path of the UEFI firmware's code; a server with firmware `uefi` needs it. */
  readonly firmwareCode: string | null;
  /** Where the bases of its disks are served, by the id of the disk. */
  readonly bases: ReadonlyMap<string, ServedDisk>;
}

/** Translated code of an emulated processor, MiB; by itself qemu would take 1 GiB of the host for it. */
const CODE_CACHE = 256;
/** Seconds in which a restart of the disk server is no error of a disk. */
const RECONNECT_DELAY = 3_600;
/** What a virtio disk can hold of a serial number. */
const SERIAL_LENGTH = 20;

/** For every run of qemu: what the machine it runs on has configured for it is left out. */
export const BARE = ['-nodefaults', '-no-user-config', '-display', 'none'] as const;

export const SANDBOX = ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'] as const;

export function processorArguments(accelerator: Accelerator): readonly string[] {
  return accelerator === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host']
    : ['-accel', `tcg,tb-size=${CODE_CACHE}`, '-cpu', 'max'];
}

/** The name under which events speak of a disk: system disk first, then the data disks. */
export function diskNode(index: number): string {
  return `disk${index}`;
}

/**
 * The command line of a server's machine, which runs in the server's directory. What it opens is named here, one node
 * after the other; no path that is written in a disk is ever followed.
 */
export function machineArguments(spec: ServerSpec, surroundings: MachineSurroundings): string[] {
  return [
    ...BARE,
    ...(surroundings.sandbox ? SANDBOX : []),
    ...['-name', `guest=imago-${spec.id}`, '-uuid', spec.id, '-msg', 'timestamp=on'],
    ...processorArguments(surroundings.accelerator),
    ...['-smp', String(spec.vcpus), '-m', String(spec.ram)],
    ...firmwareArguments(spec, surroundings.firmwareCode),
    ...['-no-shutdown', '-boot', 'strict=on', '-vga', 'std'],
    ...['-qmp', `unix:${FILES.control},server=on,wait=off`, '-qmp', `unix:${FILES.events},server=on,wait=off`],
    ...['-chardev', `file,id=console,path=${FILES.console},append=on`, '-serial', 'chardev:console'],
    ...['-object', 'rng-builtin,id=random', '-device', 'virtio-rng-pci,rng=random'],
    ...networkArguments(spec),
    ...disksOf(spec).flatMap((disk, index) => diskArguments(disk, index, surroundings.bases.get(disk.id))),
    ...seedArguments(),
  ];
}

/** Machines that can sleep are woken by nobody here. */
function firmwareArguments(spec: ServerSpec, code: string | null): string[] {
  if (spec.firmware === 'bios') {
    // To SeaBIOS, a machine without graphics is one whose serial port is looked at. UEFI speaks on both by itself.
    const machine = spec.firmware_on_console === true ? 'pc,graphics=off' : 'pc';
    return ['-machine', machine, ...setting('PIIX4_PM')];
  }
  if (code === null) throw new Error('A server with UEFI needs its firmware.');
  const file = { driver: 'file', 'node-name': 'firmware', filename: code, 'read-only': true };
  const variables = { driver: 'file', 'node-name': 'variables', filename: variablesFile(spec) };
  return [
    ...['-machine', 'q35,pflash0=firmware,pflash1=variables', ...setting('ICH9-LPC')],
    ...['-blockdev', JSON.stringify(file), '-blockdev', JSON.stringify(variables)],
  ];
}

function setting(chipset: string): string[] {
  return ['-global', `${chipset}.disable_s3=1`, '-global', `${chipset}.disable_s4=1`];
}

function networkArguments({ mac_address, restricted }: ServerSpec): string[] {
  if (mac_address === null) return [];
  const card = { driver: 'virtio-net-pci', netdev: 'network', mac: mac_address, romfile: '' };
  return ['-netdev', `user,id=network,restrict=${restricted ? 'on,ipv6=off' : 'off'}`, '-device', JSON.stringify(card)];
}

function diskArguments(disk: DiskSpec, index: number, base: ServedDisk | undefined): string[] {
  if ((disk.base === null) !== (base === undefined)) throw new Error(`Nobody serves the base of disk ${disk.id}.`);
  const thin = { discard: 'unmap', 'detect-zeroes': 'unmap' };
  const nodes = [
    ...(base === undefined ? [] : [baseNode(base, index)]),
    { driver: 'file', 'node-name': `file${index}`, filename: diskFile(disk), discard: 'unmap' },
    {
      ...{ driver: 'qcow2', 'node-name': diskNode(index), file: `file${index}` },
      ...{ backing: base === undefined ? null : `base${index}`, ...thin },
    },
  ];
  const device = {
    ...{ driver: 'virtio-blk-pci', drive: diskNode(index), serial: disk.id.slice(0, SERIAL_LENGTH) },
    // A full host stops the machine until there is room again; any other fault is the guest's to judge.
    ...{ rerror: 'report', werror: 'enospc' },
    ...(index === 0 && { bootindex: 0 }),
  };
  return [...nodes.flatMap((node) => ['-blockdev', JSON.stringify(node)]), '-device', JSON.stringify(device)];
}

function baseNode(base: ServedDisk, index: number): object {
  return {
    ...{ driver: 'nbd', 'node-name': `base${index}`, 'read-only': true, 'reconnect-delay': RECONNECT_DELAY },
    ...{ server: { type: 'unix', path: base.socket }, export: base.export },
  };
}

/** After all others, so that the names by which guests know their disks do not depend on it. */
function seedArguments(): string[] {
  const files = { driver: 'vvfat', 'node-name': 'seed', dir: FILES.seed, label: SEED_LABEL, 'read-only': true };
  return ['-blockdev', JSON.stringify(files), '-device', JSON.stringify({ driver: 'virtio-blk-pci', drive: 'seed' })];
}
