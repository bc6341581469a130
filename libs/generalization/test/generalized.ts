import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, constants, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CachedDisk, DEFAULT_READINESS_LIMITS, ExtFileSystem, factsOf, type FileNode } from '@imago/readiness';
import { FileDisk } from '@imago/readiness/testing';
import { type Generalization, generalizeDisk, type GeneralizationOptions } from '../src/index.ts';

export const NOW = new Date('2026-10-05T06:07:08Z');

/** What is said of a raw file. */
export async function generalized(path: string, options: Partial<GeneralizationOptions> = {}): Promise<Generalization> {
  const disk = await FileDisk.open(path);
  try {
    return await generalizeDisk(disk, { signal: AbortSignal.timeout(60_000), now: NOW, ...options });
  } finally {
    await disk.close();
  }
}

/** A copy of a raw file with the patches laid over it. */
export async function patched(path: string, { patches }: Generalization): Promise<string> {
  const copy = join(dirname(path), `${randomUUID()}.generalized`);
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  const file = await open(copy, 'r+');
  for (const { offset, bytes } of patches) await file.write(bytes, 0, bytes.length, offset);
  await file.close();
  return copy;
}

export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** The first ext file system of a disk: a file of it alone, and all its files with what they have. */
export async function extracted(path: string): Promise<{ file: string; contents: ReadonlyMap<string, string> }> {
  const disk = await FileDisk.open(path);
  try {
    const limits = { ...DEFAULT_READINESS_LIMITS, bytes: 2 ** 30, steps: 2 ** 30 };
    const { facts } = await factsOf(new CachedDisk(disk, { signal: AbortSignal.timeout(60_000), limits }));
    const systems = facts.volumes.flatMap(({ content }) => (content.type === 'file_system' ? [content.system] : []));
    const system = systems.find((each) => each instanceof ExtFileSystem);
    if (!system) throw new Error(`There is no ext file system on ${path}`);
    const file = join(dirname(path), `${randomUUID()}.extracted`);
    const target = await open(file, 'w');
    for (let at = 0; at < system.region.size; at += 2 ** 20) {
      const piece = await system.region.read(at, Math.min(2 ** 20, system.region.size - at));
      await target.write(piece, 0, piece.length, at);
    }
    await target.close();
    const contents = new Map<string, string>();
    await addFiles(await system.root(), '', contents);
    return { file, contents };
  } finally {
    await disk.close();
  }
}

async function addFiles(directory: FileNode, path: string, found: Map<string, string>): Promise<void> {
  for await (const { name, open: opened } of directory.entries()) {
    const node = await opened();
    const below = `${path}/${name}`;
    if (node.kind === 'directory') await addFiles(node, below, found);
    else found.set(below, (await node.read(0, node.size)).toString('latin1'));
  }
}
