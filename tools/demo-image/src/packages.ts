import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryPath, type PackageBundle, type PackageCache, unpackBundle } from '@imago/infra';

const REMEDY = 'Imago runs without the demo image: import any qcow2 or raw file of your own instead.';

/** What runs inside the guest. Only files are wanted, so nothing these packages depend on is fetched. */
const guest: PackageBundle = {
  name: 'demo-image-guest',
  title: 'the Linux kernel of the demo image',
  packages: ['linux-image-cloud-amd64', 'busybox-static'],
  always: /./,
  only: /^(linux-image-.*cloud-amd64|busybox-static)$/,
  remedy: REMEDY,
};

/** What builds the disk, in the distribution's version whatever this machine has: the disk is the same everywhere. */
const tools: PackageBundle = {
  name: 'demo-image-tools',
  title: 'the file system and boot loader tools of the demo image',
  packages: ['e2fsprogs', 'grub-pc-bin'],
  always: /^(e2fsprogs|grub-common|grub-pc-bin)$/,
  remedy: REMEDY,
};

/** Where the guest's parts and the tools are. */
export interface Ingredients {
  /** Directory with `boot` and `lib/modules` of the kernel package, and `bin/busybox`. */
  readonly guest: string;
  readonly mke2fs: string;
  readonly debugfs: string;
  readonly grubMkimage: string;
  /** GRUB's modules for BIOS machines. */
  readonly grubModules: string;
  /** Environment in which the tools find their libraries. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Fetches what the demo image is made of, once.
 * @throws ProvisionError where the distribution's packages are out of reach.
 */
export async function fetchIngredients(cache: PackageCache): Promise<Ingredients> {
  const [guestRoot, toolRoot] = await Promise.all([unpackBundle(guest, cache), unpackBundle(tools, cache)]);
  const grub = join(toolRoot, 'usr/lib/grub/i386-pc');
  return {
    guest: guestRoot,
    mke2fs: await program(toolRoot, 'mke2fs'),
    debugfs: await program(toolRoot, 'debugfs'),
    grubMkimage: await program(toolRoot, 'grub-mkimage'),
    grubModules: grub,
    env: { PATH: process.env['PATH'], LD_LIBRARY_PATH: await libraryPath(toolRoot), LC_ALL: 'C' },
  };
}

/** Debian 13 moved everything below /usr. */
async function program(root: string, name: string): Promise<string> {
  for (const directory of ['usr/bin', 'usr/sbin', 'sbin', 'bin']) {
    const path = join(root, directory, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile() === true) return path;
  }
  throw new Error(`The package that should hold ${name} does not.`);
}
