import { execFile } from 'node:child_process';
import { chmod, mkdir, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runCommand } from '@imago/infra';
import type { Ingredients } from './packages.ts';

/** The content of a file system, in the order in which it is written. */
export interface FileSystemContent {
  readonly directories: readonly string[];
  readonly files: readonly FileSystemFile[];
  /** Path and target. */
  readonly links: readonly (readonly [path: string, target: string])[];
}

export interface FileSystemFile {
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

export interface FileSystemOptions {
  readonly image: string;
  readonly bytes: number;
  readonly uuid: string;
  readonly label: string;
  /** An empty directory for intermediate files. */
  readonly scratch: string;
}

/** Seconds; every time stamp in the file system. */
const EPOCH = '1700000000';
/** What GRUB 2.06 cannot read, and what writes to the disk at the first mount. */
const FEATURES = '^orphan_file,^metadata_csum_seed,^64bit';

/**
 * Makes an ext4 file system without being root and without mounting anything. Everything belongs to root and has the
 * same time, so that the same content gives the same bytes for every user on every day.
 */
export async function makeExt4(
  tools: Ingredients,
  content: FileSystemContent,
  options: FileSystemOptions,
): Promise<void> {
  const { image, bytes, uuid, label, scratch } = options;
  const env = { ...tools.env, E2FSPROGS_FAKE_TIME: EPOCH };
  await writeFile(image, '');
  await truncate(image, bytes);
  const extended = `hash_seed=${uuid},lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0`;
  const shape = ['-b', '4096', '-N', '256', '-J', 'size=4', '-m', '1', '-O', FEATURES, '-E', extended];
  await runCommand(tools.mke2fs, ['-q', '-F', '-t', 'ext4', '-U', uuid, '-L', label, ...shape, image], { env });
  const script = join(scratch, 'debugfs-commands');
  await writeFile(script, (await commands(content, scratch)).map((line) => `${line}\n`).join(''));
  // It ends with success whatever became of its commands; what it says on the error stream is its verdict.
  const { stderr } = await promisify(execFile)(tools.debugfs, ['-w', '-f', script, image], { env });
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('debugfs 1.'));
  if (complaints.length > 0)
    throw new Error(`The demo image's file system could not be filled: ${complaints.join(' / ')}`);
}

async function commands({ directories, files, links }: FileSystemContent, scratch: string): Promise<string[]> {
  const lines = directories.map((path) => `mkdir ${path}`);
  for (const { path, content, executable } of files) {
    const staged = join(scratch, 'files', path);
    await mkdir(dirname(staged), { recursive: true });
    await writeFile(staged, content);
    const mode = executable ? 0o755 : 0o644;
    await chmod(staged, mode);
    lines.push(`cd ${dirname(path)}`, `write "${staged}" ${path.slice(path.lastIndexOf('/') + 1)}`);
  }
  return [...lines, 'cd /', ...links.map(([path, target]) => `symlink ${path} ${target}`)];
}
