import { execFile } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MIB = 2 ** 20;

/** Where data stand on a disk, in MiB; everything else is holes. */
export type Filling = readonly { readonly at: number; readonly length: number }[];

/** A raw disk with incompressible data at the given places; the same seed makes the same disk. */
export async function makeRawDisk(path: string, sizeMib: number, filling: Filling, seed = 'disk'): Promise<string> {
  const file = await open(path, 'w');
  try {
    await file.truncate(sizeMib * MIB);
    const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
    const zeros = Buffer.alloc(MIB);
    for (const { at, length } of filling) {
      for (let mib = at; mib < at + length; mib++) await file.write(noise.update(zeros), 0, MIB, mib * MIB);
    }
  } finally {
    await file.close();
  }
  return path;
}

export interface ConvertOptions {
  readonly qemuImg: string;
  readonly format: 'raw' | 'qcow2';
  readonly options?: readonly string[];
}

/** Converts a raw disk with qemu-img. */
export async function convert(
  from: string,
  to: string,
  { qemuImg, format, options = [] }: ConvertOptions,
): Promise<string> {
  await run(qemuImg, ['convert', '-f', 'raw', '-O', format, ...options, from, to]);
  return to;
}

/** Fails unless both files show the same disk; `qemu-img check` of a qcow2 must find no errors either. */
export async function expectSameDisk(
  qemuImg: string,
  first: { readonly path: string; readonly format: string },
  second: { readonly path: string; readonly format: string },
): Promise<void> {
  await run(qemuImg, ['compare', '-f', first.format, '-F', second.format, first.path, second.path]);
  for (const { path, format } of [first, second])
    if (format === 'qcow2') await run(qemuImg, ['check', '-f', format, path]);
}

/** A small qcow2 in memory whose data are new each time. */
export async function smallQcow2(directory: string, qemuImg: string, sizeMib = 4): Promise<Buffer> {
  const seed = randomBytes(8).toString('hex');
  const raw = await makeRawDisk(join(directory, `${seed}.raw`), sizeMib, [{ at: 1, length: 1 }], seed);
  return readFile(await convert(raw, `${raw}.qcow2`, { qemuImg, format: 'qcow2' }));
}
