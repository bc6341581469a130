import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraryPath, PACKAGE_CACHE, runCommand, unpackBundle } from '@imago/infra';
import type { PackageBundle } from '@imago/infra';

const bundle: PackageBundle = {
  name: 'file-systems',
  title: 'the programs that make file systems',
  packages: ['e2fsprogs', 'xfsprogs', 'btrfs-progs', 'dosfstools', 'mtools', 'ntfs-3g', 'fdisk'],
  always: /^(e2fsprogs|xfsprogs|btrfs-progs|dosfstools|mtools|ntfs-3g|fdisk|libext2fs2|libntfs-3g)/,
  remedy: 'Use a system with apt-get; only tests of what is on disks need these programs.',
};

/** Where the packages have their programs. They have no starters: those would take the place of what is in `bin`. */
const PROGRAMS = {
  debugfs: 'sbin/debugfs',
  e2fsck: 'sbin/e2fsck',
  mke2fs: 'sbin/mke2fs',
  'mkfs.btrfs': 'sbin/mkfs.btrfs',
  'mkfs.fat': 'sbin/mkfs.fat',
  'mkfs.xfs': 'sbin/mkfs.xfs',
  mkntfs: 'sbin/mkntfs',
  mtools: 'usr/bin/mtools',
  ntfscp: 'sbin/ntfscp',
  sfdisk: 'sbin/sfdisk',
} as const;

/** Programs that make disks in files, without root, and a directory for them. */
export class DiskPrograms {
  readonly directory: string;
  private readonly root: string;

  private constructor(directory: string, root: string) {
    this.directory = directory;
    this.root = root;
  }

  static async open(): Promise<DiskPrograms> {
    const signal = AbortSignal.timeout(600_000);
    const root = await unpackBundle(bundle, { directory: PACKAGE_CACHE, signal, report: () => undefined });
    return new DiskPrograms(await mkdtemp(join(tmpdir(), 'readiness-')), root);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async run(program: keyof typeof PROGRAMS, args: readonly string[], input = ''): Promise<string> {
    const env = { LD_LIBRARY_PATH: await libraryPath(this.root), MTOOLS_SKIP_CHECK: '1' };
    const options = { cwd: this.directory, timeout: 120_000, env, input };
    return runCommand(join(this.root, PROGRAMS[program]), args, options);
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
