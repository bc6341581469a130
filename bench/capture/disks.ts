import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { makeOsLikeDisk } from '@imago/testing';

const run = promisify(execFile);
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** A raw disk of 2 GiB that boots, as the demo image does, and holds a gigabyte of an operating system's files. */
export async function makeDisk(directory: string, demo: string, qemuImg: string): Promise<string> {
  const raw = join(directory, 'disk.raw');
  const boot = join(directory, 'boot.raw');
  await makeOsLikeDisk(raw, { size: 2 * GIB, data: GIB });
  await run(qemuImg, ['convert', '-O', 'raw', demo, boot]);
  await run('dd', [`if=${boot}`, `of=${raw}`, 'bs=1M', 'conv=notrunc,sparse', 'status=none']);
  await rm(boot);
  return raw;
}

/** How many clusters of 1 MiB of two disks differ, and how many bytes those of the second take compressed one by one. */
export async function differenceOf(before: string, after: string): Promise<{ clusters: number; compressed: number }> {
  const [first, second] = [await open(before), await open(after)];
  try {
    const { size } = await second.stat();
    const [one, two] = [Buffer.alloc(MIB), Buffer.alloc(MIB)];
    const difference = { clusters: 0, compressed: 0 };
    for (let at = 0; at < size; at += MIB) {
      one.fill(0);
      two.fill(0);
      await first.read(one, 0, MIB, at);
      await second.read(two, 0, MIB, at);
      if (one.equals(two)) continue;
      difference.clusters += 1;
      difference.compressed += zstdCompressSync(two).length;
    }
    return difference;
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}
