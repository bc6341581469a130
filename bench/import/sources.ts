import { execFile } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeOsLikeDisk } from '@imago/testing';
import type { BenchInstallation } from './installation.ts';
import { putInParts } from './put-in-parts.ts';

const run = promisify(execFile);
const GIB = 2 ** 30;

/** A tenant's file, on local disk and in the tenant's bucket. */
export interface Source {
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly size: number;
  /** Bytes of files on the disk. */
  readonly data: number;
}

/** One disk like an installed operating system's, as two files: clusters in the guest's order, and in none. */
export async function makeSources(installation: BenchInstallation): Promise<readonly Source[]> {
  const raw = join(installation.directory, 'disk.raw');
  const data = await makeOsLikeDisk(raw, { size: 2 * GIB, data: GIB });
  const inOrder = await toSource(installation, raw, { name: 'guest order', data, order: [] });
  const outOfOrder = await toSource(installation, raw, { name: 'out of order (-W)', data, order: ['-m', '16', '-W'] });
  await rm(raw);
  return [inOrder, outOfOrder];
}

interface Making {
  readonly name: string;
  readonly data: number;
  readonly order: readonly string[];
}

async function toSource(
  { directory, qemuImg, bucket }: BenchInstallation,
  raw: string,
  { name, data, order }: Making,
): Promise<Source> {
  const path = join(directory, `${name}.qcow2`);
  const options = ['-c', '-o', 'compression_type=zstd', ...order];
  await run(qemuImg, ['convert', ...options, '-f', 'raw', '-O', 'qcow2', raw, path]);
  const key = name.replaceAll(/\W+/g, '-');
  await putInParts(bucket, key, path);
  return { name, key, path, size: (await stat(path)).size, data };
}
