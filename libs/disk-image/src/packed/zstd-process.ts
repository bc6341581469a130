import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, extname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DecoderError, FILE_AT_FAULT } from './decoder-error.ts';

/** Beside this file, compiled or not. */
const HERE = fileURLToPath(import.meta.url);
const PROGRAM = join(dirname(HERE), `zstd.child${extname(HERE)}`);
/** It reads its own program and nothing else of the machine; what it needs is its window, which is not of V8's heap. */
const OPTIONS = [
  '--no-warnings',
  ...['--permission', `--allow-fs-read=${dirname(HERE)}`],
  ...['--max-semi-space-size=1', '--max-old-space-size=48'],
];
const LONGEST_REASON = 1024;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Unpacks zstd in a process of its own. A window of up to 128 MiB, as the file wants it, is given back to the machine when
 * the process ends, and never by one that goes on with other work; and a fault of the decoder, which is native code that
 * runs on a tenant's bytes, reaches nothing. The process ends with the generator, however that ends, and with this one.
 * @throws DecoderError; the reason of the signal; any other error is about the file, or of its ranges
 */
export async function* unpackZstd(ranges: AsyncGenerator<Buffer>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const child: Child = spawn(process.execPath, [...OPTIONS, PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'], env: {} });
  const kill = (): void => void child.kill('SIGKILL');
  const ended = endOf(child);
  ended.catch(() => undefined); // it is awaited when the output has ended
  const feeding = feed(ranges, child.stdin);
  feeding.catch(kill);
  signal.addEventListener('abort', kill);
  try {
    for await (const bytes of child.stdout as AsyncIterable<Buffer>) yield bytes;
    signal.throwIfAborted();
    const { code, reason } = await ended;
    if (code === FILE_AT_FAULT) throw new Error(reason);
    if (code !== 0) throw new DecoderError(`The process that unpacks zstd has ended with ${code ?? 'a signal'}`);
    await feeding;
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    await ended.catch(() => undefined);
    await ranges.return(undefined);
  }
}

/** Gives the process all of the file, as it takes it. One that takes no more has ended, and says itself why. */
async function feed(ranges: AsyncGenerator<Buffer>, input: Writable): Promise<void> {
  input.on('error', () => undefined); // its close follows
  const closed = once(input, 'close').catch(() => undefined);
  for await (const range of ranges) {
    if (input.destroyed) return;
    if (!input.write(range)) await Promise.race([once(input, 'drain').catch(() => undefined), closed]);
  }
  input.end();
}

/** How a process ended and what it said last. @throws DecoderError when it did not begin */
async function endOf(child: Child): Promise<{ code: number | null; reason: string }> {
  let reason = '';
  child.stderr.setEncoding('utf8').on('data', (said: string) => {
    reason = (reason + said).slice(0, LONGEST_REASON);
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, reason };
  } catch (cause) {
    throw new DecoderError('The process that unpacks zstd did not begin', { cause });
  }
}
