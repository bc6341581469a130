import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { heldObject, regionName } from '@imago/contracts';
import type { BaseImage } from '../hypervisor.ts';
import { cacheOf } from './cache/cache-places.ts';

/**
 * What the disk server serves, as files: `<directory>/exports/<object id>.json`, each a {@link BaseImage}. They are read
 * when a client connects, so nobody has to tell the server anything, and it can be killed at any moment.
 */
const baseImage = heldObject.extend({ region: regionName });

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Milliseconds after which a file that was never finished belongs to a writer that died. */
const ABANDONED = 3_600_000;

/** Whether a name can be that of an export. Any other could reach out of the directory. */
export function isObjectId(name: string): boolean {
  return OBJECT_ID.test(name);
}

/** Lets the server of this directory serve an object under its id. It is on disk when this answers. Idempotent. */
export async function writeExport(directory: string, base: BaseImage): Promise<void> {
  const image = baseImage.parse(base);
  const file = exportFile(directory, image.object_id);
  const text = JSON.stringify(image);
  if ((await textOf(file)) === text) return;
  await mkdir(exportsOf(directory), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeDurably(unfinished, text);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncDirectory(exportsOf(directory));
}

/** Takes an export away with all that is cached of it. For when nobody reads it any more; one that is gone is fine. */
export async function removeExport(directory: string, objectId: string): Promise<void> {
  await rm(exportFile(directory, objectId), { force: true });
  await rm(cacheOf(directory, objectId), { recursive: true, force: true, maxRetries: 3 });
}

/** Null when there is no such export. @throws Error when its file is none. */
export async function readExport(directory: string, name: string): Promise<BaseImage | null> {
  if (!isObjectId(name)) return null;
  const text = await textOf(exportFile(directory, name));
  if (text === null) return null;
  const image = baseImage.parse(JSON.parse(text));
  if (image.object_id !== name) throw new Error(`The export ${name} is of another object`);
  return image;
}

/** @throws Error when the id is no UUID in lower case. */
export function exportFile(directory: string, objectId: string): string {
  if (!isObjectId(objectId)) throw new Error(`${JSON.stringify(objectId)} is no object id`);
  return join(exportsOf(directory), `${objectId}.json`);
}

/** Removes what writers that died have left unfinished. */
export async function sweepExports(directory: string): Promise<void> {
  const names = await readdir(exportsOf(directory)).catch(() => []);
  for (const name of names.filter((each) => !each.endsWith('.json'))) {
    const path = join(exportsOf(directory), name);
    const facts = await stat(path).catch(() => null);
    if (facts !== null && Date.now() - facts.mtimeMs > ABANDONED) await rm(path, { force: true });
  }
}

function exportsOf(directory: string): string {
  return join(directory, 'exports');
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
