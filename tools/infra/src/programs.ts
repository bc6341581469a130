import { constants } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { unpackBundle } from './debian-packages.ts';
import type { PackageBundle, PackageCache } from './debian-packages.ts';
import { ProvisionError } from './provision-error.ts';
import { commandWorks } from './run-command.ts';

const SYSTEM_PATHS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** A program's path on this machine, also in the directories that a plain user's PATH leaves out. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const directory of [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_PATHS]) {
    const path = join(directory, name);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs && directory !== '') return path;
  }
  return undefined;
}

export interface ProgramChoice {
  readonly cache: PackageCache;
  /** Take our own copy even where the machine has the program. */
  readonly forcePrivate: boolean;
}

/** The machine's own program, else the one of a bundle (which lists it in `programs`). */
export async function provideProgram(name: string, bundle: PackageBundle, choice: ProgramChoice): Promise<string> {
  const own = choice.forcePrivate ? undefined : await findProgram(name);
  return own ?? (await bundledProgram(name, bundle, choice.cache));
}

/** A cached copy that no longer runs (the machine's libraries changed) is fetched anew, once. */
async function bundledProgram(name: string, bundle: PackageBundle, cache: PackageCache): Promise<string> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const root = await unpackBundle(bundle, cache);
    const path = join(root, 'bin', name);
    if (await commandWorks(path, [bundle.harmless ?? '--version'])) return path;
    await rm(root, { recursive: true, force: true });
  }
  throw new ProvisionError(`${bundle.title} was fetched but does not run here.`, bundle.remedy);
}
