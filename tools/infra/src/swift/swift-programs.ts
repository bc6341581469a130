import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryPath, unpackBundle } from '../debian-packages.ts';
import type { PackageBundle, PackageCache } from '../debian-packages.ts';
import { ProvisionError } from '../provision-error.ts';
import { commandWorks } from '../run-command.ts';

const bundle: PackageBundle = {
  name: 'swift',
  title: 'OpenStack Swift',
  packages: ['swift-proxy', 'swift-account', 'swift-container', 'swift-object'],
  // Its modules are loaded by the Python they were made for, which may not be this machine's.
  always: /^((lib)?python3|swift|liberasurecode)/,
  remedy: 'Run the tests where the packages swift-proxy, -account, -container and -object can be fetched.',
};

/** What runs Swift's modules, and what it needs in its environment. */
export interface SwiftPrograms {
  readonly python: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Swift from the distribution's packages. Nothing of Imago needs it: it is the other S3 that tests are run against.
 * Throws ProvisionError where it cannot be had, or cannot keep its data below `directory`.
 */
export async function provideSwift(cache: PackageCache, directory: string): Promise<SwiftPrograms> {
  const root = await unpackBundle(bundle, cache);
  const programs = await swiftPrograms(root);
  await requireAttributes(directory, programs);
  return programs;
}

async function swiftPrograms(root: string): Promise<SwiftPrograms> {
  return {
    // Isolated: modules of this machine's user must not get in.
    python: [join(root, 'usr/bin/python3'), '-I', '-B', '-W', 'ignore'],
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', LD_LIBRARY_PATH: await libraryPath(root) },
  };
}

/** Swift keeps what it knows about an object in the attributes of its file, of which some file systems have none. */
async function requireAttributes(directory: string, { python, env }: SwiftPrograms): Promise<void> {
  const place = await mkdtemp(join(directory, 'imago-swift-'));
  const attempt = `import os; os.setxattr(${JSON.stringify(place)}, 'user.imago', b'1')`;
  const libraries = `LD_LIBRARY_PATH=${env['LD_LIBRARY_PATH'] ?? ''}`;
  try {
    if (await commandWorks('env', [libraries, ...python, '-c', attempt])) return;
  } finally {
    await rm(place, { recursive: true });
  }
  throw new ProvisionError(
    `The file system of ${directory} keeps no user attributes, which OpenStack Swift needs.`,
    'Use a directory on ext4, XFS or Btrfs (TMPDIR).',
  );
}
