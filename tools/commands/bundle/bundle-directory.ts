import { constants } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleManifest, LONGEST_MANIFEST, readManifest, type SignedManifest } from '@imago/offline-bundle';
import { LocalFile } from '../upload/local-file.ts';

/** The names of the two files beside the disk file. */
const MANIFEST = 'manifest.json';
const SIGNATURE = 'manifest.sig';

/** A bundle as it lies in a directory, with its file open. */
export interface OpenBundle extends SignedManifest {
  readonly says: BundleManifest;
  readonly file: LocalFile;
}

/**
 * Opens a bundle and holds its file against its manifest. Whose signature it has is not looked at here.
 * @throws Error, Refusal bundle.manifest_invalid
 */
export async function openBundle(directory: string): Promise<OpenBundle> {
  const manifest = await readSmall(join(directory, MANIFEST));
  const signature = await readSmall(join(directory, SIGNATURE));
  const says = readManifest(manifest);
  const file = await LocalFile.openUnlinked(join(directory, says.file.name));
  try {
    await requireFile(file, says);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { manifest, signature, says, file };
}

/** Puts manifest and signature beside the file. */
export async function writeBundle(directory: string, { manifest, signature }: SignedManifest): Promise<void> {
  await writeFile(join(directory, MANIFEST), manifest);
  await writeFile(join(directory, SIGNATURE), `${signature}\n`);
}

async function requireFile(file: LocalFile, { file: said }: BundleManifest): Promise<void> {
  if (file.size !== said.size)
    throw new Error(`${file.path} has ${file.size} bytes, and ${said.size} in the manifest.`);
  if ((await file.sha512()) !== said.sha512)
    throw new Error(`${file.path} is not the file of the manifest: its SHA-512 is another one.`);
}

/** A file of a bundle that is text, itself and no link to another. */
async function readSmall(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = await handle.stat();
    if (!facts.isFile() || facts.size > LONGEST_MANIFEST) throw new Error(`${path} is no such file as a bundle has.`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
