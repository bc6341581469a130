import { join } from 'node:path';
import { libraryPath, unpackBundle } from '../debian-packages.ts';
import type { PackageBundle, PackageCache } from '../debian-packages.ts';

const bundle: PackageBundle = {
  name: 'keystone',
  title: 'OpenStack Keystone',
  packages: ['python3-keystone'],
  // Its modules are loaded by the Python they were made for, which may not be this machine's.
  always: /^(lib)?python3/,
  remedy: 'Run this where the package python3-keystone can be fetched.',
};

/** What runs Keystone's modules, and what it needs in its environment. */
export interface KeystonePrograms {
  readonly python: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Keystone from the distribution's packages. Nothing of Imago needs it: it is what our way of asking one is run against.
 * Throws ProvisionError where it cannot be had.
 */
export async function provideKeystone(cache: PackageCache): Promise<KeystonePrograms> {
  const root = await unpackBundle(bundle, cache);
  return {
    // Isolated: modules of this machine's user must not get in.
    python: [join(root, 'usr/bin/python3'), '-I', '-B', '-W', 'ignore'],
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', LD_LIBRARY_PATH: await libraryPath(root) },
  };
}
