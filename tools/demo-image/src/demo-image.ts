import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageCache, ProvisionError, runCommand, withLock } from '@imago/infra';
import { buildDisk } from './disk.ts';
import { fetchIngredients } from './packages.ts';

export interface DemoImageOptions {
  /** Finished images are kept here. */
  readonly directory: string;
  readonly qemuImg: string;
  /** Of distribution packages. */
  readonly cache: PackageCache;
}

/**
 * Path of a small bootable Linux disk (qcow2, x86_64, BIOS), which counts its boots and says so on its serial port.
 * Built from the distribution's packages at the first call and after a change of its recipe, kept after that.
 * @throws ProvisionError where the packages cannot be had, or the machine is not an x86_64 one.
 */
export async function provideDemoImage(options: DemoImageOptions): Promise<string> {
  const { directory, cache } = options;
  const path = join(directory, `imago-demo-${await recipe()}.qcow2`);
  if (await exists(path)) return path;
  if (process.arch !== 'x64')
    throw new ProvisionError(
      'The demo image is built from x86_64 packages, which this machine does not have.',
      'Imago runs without it: import any qcow2 or raw file of your own instead.',
    );
  await mkdir(directory, { recursive: true });
  await withLock(
    path,
    async () => {
      if (!(await exists(path))) await build(path, options); // another process may have been first
    },
    cache.signal,
  );
  return path;
}

async function build(path: string, { qemuImg, cache }: DemoImageOptions): Promise<void> {
  const ingredients = await fetchIngredients(cache);
  cache.report('Building the demo image');
  const scratch = `${path}.new`;
  const raw = await buildDisk(ingredients, scratch);
  const draft = join(scratch, 'disk.qcow2');
  const format = ['-f', 'raw', '-O', 'qcow2', '-c', '-o', 'compression_type=zstd'];
  await runCommand(qemuImg, ['convert', ...format, raw, draft], { signal: cache.signal });
  await rename(draft, path);
  await rm(scratch, { recursive: true });
}

/** A fingerprint of the files that decide what the disk holds: these. */
async function recipe(): Promise<string> {
  const here = import.meta.dirname;
  const sources = (await readdir(here)).filter((name) => /^[a-z0-9-]+\.[jt]s$/.test(name)).sort();
  const hash = createHash('sha256');
  for (const name of sources) hash.update(await readFile(join(here, name)));
  return hash.digest('hex').slice(0, 12);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
