import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FileSource, unpack } from '../src/index.ts';

const MIB = 2 ** 20;
/** As `zstd --long` has it, the largest that is taken. */
const WINDOW = 128 * MIB;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'unpack-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** More than a window, and then the same once more, so that the decoder has to remember all of it. */
function* content(): Generator<Buffer> {
  const blocks = Array.from({ length: 100 }, () => randomBytes(MIB));
  yield* blocks;
  yield* blocks;
}

async function packed(): Promise<string> {
  const { ZSTD_c_windowLog, ZSTD_c_enableLongDistanceMatching, ZSTD_c_compressionLevel } = constants;
  const params = {
    [ZSTD_c_windowLog]: Math.log2(WINDOW),
    [ZSTD_c_enableLongDistanceMatching]: 1,
    [ZSTD_c_compressionLevel]: 1,
  };
  const path = join(directory, 'packed.zst');
  await pipeline(Readable.from(content()), createZstdCompress({ params }), createWriteStream(path));
  return path;
}

/** The most MiB that a process has had in memory; nothing is told of one that has just ended. */
async function mostOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

/** The decoders that this process has. */
async function decoders(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    const parent = Number((stat ?? '').split(') ').at(-1)?.split(' ')[1]);
    if (parent === process.pid && (command ?? '').includes('zstd.child')) found.push(pid);
  }
  return found;
}

it('a file packed with the largest window takes a process of its own, and that little more than the window', async () => {
  const source = await FileSource.open(await packed());
  expect(source.size).toBeLessThan(110 * MIB); // it was seen that it is the same twice
  let bytes = 0;
  let most = 0;
  const { signal } = new AbortController();
  for await (const some of unpack(source, { compression: 'zstd', mostBytes: 2 ** 30, signal })) {
    bytes += some.length;
    if (bytes % (10 * MIB) >= some.length) continue;
    for (const decoder of await decoders()) most = Math.max(most, await mostOf(decoder));
  }
  await source.close();
  expect(bytes).toBe(200 * MIB);
  expect(most).toBeGreaterThan(WINDOW / MIB); // or it was not the one
  expect(most).toBeLessThan(250);
  expect(await decoders()).toEqual([]);
});

it('the process that unpacks ends with whoever wanted it', async () => {
  const source = await FileSource.open(join(directory, 'packed.zst'));
  const abort = new AbortController();
  const [left, aborted] = [new AbortController().signal, abort.signal].map((signal) =>
    unpack(source, { compression: 'zstd', mostBytes: 2 ** 30, signal }),
  );
  await left?.next();
  await aborted?.next();
  expect(await decoders()).toHaveLength(2);
  await left?.return(undefined);
  expect(await decoders()).toHaveLength(1);
  abort.abort(new Error('enough'));
  await expect(
    (async () => {
      for (;;) if ((await aborted?.next())?.done === true) return;
    })(),
  ).rejects.toThrow('enough');
  expect(await decoders()).toEqual([]);
  await source.close();
});
