import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of a block as `stat` counts them. */
const BLOCK = 512;

/** Bytes the files under a directory take on the disk. What goes away meanwhile, and a directory that is not there, take none. */
export async function directorySize(path: string): Promise<bigint> {
  let bytes = 0n;
  try {
    for await (const entry of await opendir(path)) {
      const child = join(path, entry.name);
      bytes += entry.isDirectory() ? await directorySize(child) : await sizeOf(child);
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return bytes;
}

async function sizeOf(path: string): Promise<bigint> {
  try {
    return BigInt((await lstat(path)).blocks * BLOCK);
  } catch (error) {
    if (isGone(error)) return 0n;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
