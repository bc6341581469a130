import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@imago/infra';
import type { DiskPrograms } from './programs.ts';
import { makeDirectories, type SampleDirectory } from './sample-ntfs.ts';
import { ROOT_UUID, type Tree, writeTree } from './sample-tree.ts';

const MIB = 1024 * 1024;

/** A file system that a test can have. */
export type SampleType = 'ext2' | 'ext3' | 'ext4' | 'xfs' | 'btrfs' | 'vfat';

/** How a file system is made. */
export interface SampleOptions {
  readonly sizeMib?: number;
  /** More arguments of its mkfs. */
  readonly options?: readonly string[];
}

/** A partition of a disk, and the file with what it has. */
export interface SamplePartition {
  readonly file: string;
  readonly sizeMib: number;
  /** As `sfdisk` has it: `83`, `uefi`. */
  readonly type: string;
  readonly bootable?: boolean;
}

/** Makes disks in files with the programs that make real ones. */
export class SampleDisks {
  private readonly programs: DiskPrograms;

  constructor(programs: DiskPrograms) {
    this.programs = programs;
  }

  /** The file of a file system that has the tree. */
  async fileSystem(type: SampleType, tree: Tree, { sizeMib, options = [] }: SampleOptions = {}): Promise<string> {
    const name = randomUUID();
    const directory = this.programs.path(`${name}.tree`);
    const file = this.programs.path(`${name}.${type}`);
    await mkdir(directory);
    await writeTree(directory, tree);
    await writeFile(file, '');
    await truncate(file, (sizeMib ?? smallestOf(type)) * MIB);
    await this.make(type, { file, directory, options });
    await rm(directory, { recursive: true });
    return file;
  }

  private async make(
    type: SampleType,
    { file, directory, options }: { file: string; directory: string; options: readonly string[] },
  ): Promise<void> {
    if (type === 'btrfs') {
      await this.programs.run('mkfs.btrfs', ['-q', '-f', '-U', ROOT_UUID, '--rootdir', directory, ...options, file]);
    } else if (type === 'xfs') {
      const prototype = `${file}.prototype`;
      await writeFile(prototype, `/dev/null\n0 0\nd--755 0 0\n${await prototypeOf(directory)}$\n`);
      await this.programs.run('mkfs.xfs', ['-q', '-m', `uuid=${ROOT_UUID}`, ...options, '-p', prototype, file]);
    } else if (type === 'vfat') {
      await this.programs.run('mkfs.fat', [...options, file]);
      const names = await readdir(directory);
      for (const name of names)
        await this.programs.run('mtools', ['-c', 'mcopy', '-s', '-i', file, join(directory, name), '::']);
    } else {
      await this.programs.run('mke2fs', ['-q', '-F', '-t', type, '-U', ROOT_UUID, '-d', directory, ...options, file]);
    }
  }

  /** A disk with the partitions, one behind the other. */
  async disk(label: 'dos' | 'gpt', partitions: readonly SamplePartition[]): Promise<string> {
    const file = this.programs.path(`${randomUUID()}.disk`);
    await writeFile(file, '');
    const total = partitions.reduce((sum, { sizeMib }) => sum + sizeMib, 2);
    await truncate(file, total * MIB);
    const lines = partitions.map(
      ({ sizeMib, type, bootable }) => `size=${sizeMib}M, type=${type}${bootable ? ', bootable' : ''}`,
    );
    await this.programs.run(
      'sfdisk',
      ['-q', '--no-reread', '--no-tell-kernel', file],
      `label: ${label}\n${lines.join('\n')}\n`,
    );
    let at = 1;
    for (const { file: content, sizeMib } of partitions) {
      await copySparse(content, file, at);
      at += sizeMib;
    }
    return file;
  }

  /** An NTFS with files at its top, some of which then are directories. */
  async ntfs(
    files: Readonly<Record<string, string | Buffer>>,
    directories: readonly SampleDirectory[],
    sizeMib = 16,
  ): Promise<string> {
    const file = this.programs.path(`${randomUUID()}.ntfs`);
    await writeFile(file, '');
    await truncate(file, sizeMib * MIB);
    await this.programs.run('mkntfs', ['-q', '-F', '-Q', '-s', '512', '-p', '0', '-H', '0', '-S', '0', file]);
    const content = this.programs.path(`${randomUUID()}.content`);
    for (const [name, bytes] of Object.entries(files)) {
      await writeFile(content, bytes);
      await this.programs.run('ntfscp', ['-q', file, content, name]);
    }
    await makeDirectories(file, directories);
    return file;
  }

  /** A disk whose only partition with something in it is a logical one. */
  async extendedDisk(content: string, sizeMib: number): Promise<string> {
    const file = this.programs.path(`${randomUUID()}.disk`);
    await writeFile(file, '');
    await truncate(file, (sizeMib + 4) * MIB);
    const script = `label: dos\nstart=2048, size=${(sizeMib + 2) * 2048}, type=5\nstart=4096, size=${sizeMib}M, type=83\n`;
    await this.programs.run('sfdisk', ['-q', '--no-reread', '--no-tell-kernel', file], script);
    await copySparse(content, file, 2);
    await writeBootCode(file);
    return file;
  }

  /** A disk of one partition that a BIOS starts. */
  async biosDisk(content: string, sizeMib: number): Promise<string> {
    const file = await this.disk('dos', [{ file: content, sizeMib, type: '83', bootable: true }]);
    await writeBootCode(file);
    return file;
  }
}

/** Bytes where a BIOS looks for code. */
export async function writeBootCode(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.from('eb639010', 'hex'), 0, 4, 0);
  await file.close();
}

/** MiB that a file system needs. */
export function smallestOf(type: SampleType): number {
  return { ext2: 16, ext3: 16, ext4: 16, vfat: 16, btrfs: 120, xfs: 300 }[type];
}

/** Copies MiB of a file into another, at a place of it; zeros are left out. */
export async function copySparse(
  from: string,
  to: string,
  atMib: number,
  { count, skip = 0 }: { count?: number; skip?: number } = {},
): Promise<void> {
  const range = [`skip=${skip}`, ...(count === undefined ? [] : [`count=${count}`])];
  const operands = [`if=${from}`, `of=${to}`, 'bs=1M', `seek=${atMib}`, ...range, 'conv=notrunc,sparse', 'status=none'];
  await runCommand('dd', operands);
}

/** The lines of a directory in the language of `mkfs.xfs -p`. */
async function prototypeOf(directory: string): Promise<string> {
  const lines: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) lines.push(`${entry.name} d--755 0 0\n${await prototypeOf(path)}$\n`);
    else if (entry.isSymbolicLink()) lines.push(`${entry.name} l--777 0 0 ${await readlink(path)}\n`);
    else lines.push(`${entry.name} ---644 0 0 ${path}\n`);
  }
  return lines.join('');
}
