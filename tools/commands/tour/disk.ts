import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_CACHE, provideQemuImg, runCommand } from '@imago/infra';
import { makeOsLikeDisk } from '@imago/testing';

const MIB = 2 ** 20;

export interface TourDisk {
  readonly path: string;
  readonly bytes: number;
  readonly virtualSize: number;
}

/** qemu-img as the start has provided it. */
export function qemuImg(): Promise<string> {
  const cache = { directory: PACKAGE_CACHE, signal: new AbortController().signal, report: () => undefined };
  return provideQemuImg({ cache, forcePrivate: false });
}

/** A disk that looks like an installed system, in qcow2: large enough to watch it being imported. */
export async function makeTourDisk(directory: string, program: string): Promise<TourDisk> {
  const raw = join(directory, 'disk.raw');
  const path = join(directory, 'disk.qcow2');
  const virtualSize = 1024 * MIB;
  await makeOsLikeDisk(raw, { size: virtualSize, data: 256 * MIB });
  await runCommand(program, ['convert', '-f', 'raw', '-O', 'qcow2', raw, path]);
  await rm(raw);
  return { path, bytes: (await stat(path)).size, virtualSize };
}

/** Throws CommandError when the two hold different disks or either is damaged. */
export async function compareDisks(program: string, one: string, other: string): Promise<void> {
  await runCommand(program, ['check', '-q', '-f', 'qcow2', other]);
  await runCommand(program, ['compare', '-q', '-f', 'qcow2', '-F', 'qcow2', one, other]);
}
