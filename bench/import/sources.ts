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
  const { directory, qemuImg, bucket } = installation;
  const raw = join(directory, 'disk.raw');
  const data = await makeOsLikeDisk(raw, { size: 2 * GIB, data: GIB });
  const sources: Source[] = [];
  for (const [name, order] of [
    ['guest order', []],
    ['out of order (-W)', ['-m', '16', '-W']],
  ] as const) {
    const path = join(directory, `source-${sources.length}.qcow2`);
    await run(qemuImg, [
      'convert',
      '-c',
      '-o',
      'compression_type=zstd',
      ...order,
      '-f',
      'raw',
      '-O',
      'qcow2',
      raw,
      path,
    ]);
    const key = `source-${sources.length}`;
    await putInParts(bucket, key, path);
    sources.push({ name, key, path, size: (await stat(path)).size, data });
  }
  await rm(raw);
  return sources;
}
