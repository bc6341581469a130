import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BOOT_MARKER } from '@imago/demo-image';
import type { BenchInstallation } from '../import/installation.ts';

/** Milliseconds until a machine of this host runs its first instruction, with nothing to do and no Imago in it. */
export async function startAlone({ qemuSystem }: BenchInstallation): Promise<number> {
  const begun = performance.now();
  const machine = [
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-machine',
    'pc',
    '-accel',
    'tcg',
    '-cpu',
    'max',
  ];
  const qemu = spawn(qemuSystem, [...machine, '-m', '256', '-vga', 'std', '-qmp', 'stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(qemu.stdout, 'data'); // its greeting comes when the machine is made
  const milliseconds = performance.now() - begun;
  const gone = once(qemu, 'exit');
  qemu.kill('SIGKILL');
  await gone;
  return milliseconds;
}

/** Seconds until the same guest, in the same machine, is up from a plain file of this host; no Imago in it at all. */
export async function bootLocally(disk: string, installation: BenchInstallation): Promise<number> {
  const raw = join(installation.directory, 'local.raw');
  await promisify(execFile)(installation.qemuImg, ['convert', '-O', 'raw', disk, raw]);
  const begun = performance.now();
  const machine = [
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-machine',
    'pc',
    '-accel',
    'tcg',
    '-cpu',
    'max',
  ];
  const parts = [
    '-m',
    '256',
    '-vga',
    'std',
    '-object',
    'rng-builtin,id=random',
    '-device',
    'virtio-rng-pci,rng=random',
  ];
  const network = ['-netdev', 'user,id=network,restrict=on', '-device', 'virtio-net-pci,netdev=network,romfile='];
  const drive = ['-serial', 'stdio', '-drive', `file=${raw},format=raw,if=virtio`];
  const qemu = spawn(installation.qemuSystem, [...machine, ...parts, ...network, ...drive], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of qemu.stdout as AsyncIterable<Buffer>) {
    output += chunk.toString();
    if (output.includes(BOOT_MARKER)) break;
  }
  const seconds = (performance.now() - begun) / 1000;
  const gone = once(qemu, 'exit');
  qemu.kill('SIGKILL');
  await gone;
  await rm(raw);
  if (!output.includes(BOOT_MARKER)) throw new Error(`The disk did not boot:\n${output.slice(-2000)}`);
  return seconds;
}
