import { createReadStream } from 'node:fs';
import { open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK = 4096;
const MIB = 2 ** 20;
/** Files stand together in runs of about this size with a hole after each, as block groups of a file system do. */
const RUN = 8 * MIB;
/** An operating system's own: programs, libraries, documents. */
const TREES = ['/usr/bin', '/usr/lib', '/usr/share', '/usr/sbin'];

export interface OsLikeDiskOptions {
  /** Size of the disk, bytes. */
  readonly size: number;
  /** How many bytes of files it holds at most. */
  readonly data: number;
}

/**
 * Writes a raw, sparse disk that compresses like an installed operating system, because it holds the files of this
 * machine's: each from a block of its own on, spread over the disk. The same machine makes the same disk.
 * @returns the bytes of files on it, fewer than asked for on a machine with fewer.
 */
export async function makeOsLikeDisk(path: string, options: OsLikeDiskOptions): Promise<number> {
  const disk = await open(path, 'w');
  try {
    await disk.truncate(options.size);
    const hole = Math.floor(Math.max(0, options.size - options.data * 1.02) / Math.max(1, options.data / RUN));
    let position = MIB;
    let written = 0;
    let run = 0;
    for await (const file of filesOf(TREES)) {
      if (written + file.size > options.data || position + file.size > options.size) break;
      let at = position;
      for await (const chunk of createReadStream(file.path, { highWaterMark: MIB })) {
        const bytes = chunk as Buffer;
        await disk.write(bytes, 0, bytes.length, at);
        at += bytes.length;
      }
      written += file.size;
      run += file.size;
      position = Math.ceil(at / BLOCK) * BLOCK;
      if (run >= RUN) {
        position += Math.floor(hole / BLOCK) * BLOCK;
        run = 0;
      }
    }
    return written;
  } finally {
    await disk.close();
  }
}

async function* filesOf(trees: readonly string[]): AsyncGenerator<{ readonly path: string; readonly size: number }> {
  for (const tree of trees) {
    const names: { name: string; directory: boolean; file: boolean }[] = [];
    const directory = await opendir(tree).catch(() => null);
    if (directory === null) continue;
    for await (const entry of directory) {
      names.push({ name: entry.name, directory: entry.isDirectory(), file: entry.isFile() });
    }
    names.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of names) {
      const path = join(tree, entry.name);
      if (entry.directory) yield* filesOf([path]);
      else if (entry.file) {
        const { size } = await stat(path);
        // One huge file would make the disk this file.
        if (size > 0 && size < 64 * MIB) yield { path, size };
      }
    }
  }
}
