import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { BenchInstallation } from './installation.ts';
import { putInParts } from './put-in-parts.ts';
import type { Source } from './sources.ts';

const run = promisify(execFile);
const KEY = 'converted';

/**
 * The way of the incumbents, at its best: the file is fetched to a scratch disk, converted by qemu-img with all its
 * parallelism and the fast compression, and put back in parallel parts. It hashes and verifies nothing.
 */
export async function convertThroughScratch(
  { directory, qemuImg, bucket }: BenchInstallation,
  source: Source,
): Promise<{ readonly seconds: number; readonly storedSize: number }> {
  const scratch = join(directory, 'scratch.qcow2');
  const converted = join(directory, 'converted.qcow2');
  const began = performance.now();
  await pipeline(await bucket.stream(source.key), createWriteStream(scratch));
  const options = ['-c', '-o', 'compression_type=zstd', '-m', '16', '-W'];
  await run(qemuImg, ['convert', ...options, '-f', 'qcow2', '-O', 'qcow2', scratch, converted]);
  await putInParts(bucket, KEY, converted);
  const seconds = (performance.now() - began) / 1000;
  const { size } = await stat(converted);
  await bucket.deleteMany([KEY]);
  await Promise.all([rm(scratch), rm(converted)]);
  return { seconds, storedSize: size };
}
