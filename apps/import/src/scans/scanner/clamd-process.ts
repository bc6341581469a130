import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { askClamd, judgeStream } from './clamd-conversation.ts';
import { clamdSettings } from './clamd-settings.ts';
import { type FileJudge, ScannerDiedError, type Verdict } from './file-judge.ts';
import { sandboxed, SIGNATURES, WORKPLACE } from './sandbox.ts';

const MIB = 2 ** 20;
/** Milliseconds between two looks whether it has read its signatures. */
const LOOK_INTERVAL = 25;
/** Characters of what it writes that are kept for the log. */
const LAST_WORDS = 2000;
/** The directory of a process of ours: its id is in its name, so that what a killed one left is known. */
const WORKPLACES = /^imago-scan-(\d+)-/;

/** How clamd is run. */
export interface ClamdOptions {
  readonly clamd: string;
  readonly bubblewrap: string;
  readonly prlimit: string;
  readonly signatures: string;
  readonly memoryMib: number;
  readonly fileMib: number;
  readonly startSeconds: number;
}

/** It did not come up, and why. */
export class ScannerStartError extends Error {
  override readonly name = 'ScannerStartError';

  constructor(
    readonly code: 'sandbox_unavailable' | 'scanner_failed',
    lastWords: string,
  ) {
    super(`clamd did not start: ${lastWords}`);
  }
}

/** A clamd of our own: shut in, with its signatures in memory, for as long as it lives. */
export class ClamdProcess implements FileJudge {
  readonly version: string;
  readonly #process: ChildProcess;
  readonly #socket: string;
  readonly #workplace: string;

  private constructor(process: ChildProcess, workplace: string, version: string) {
    this.#process = process;
    this.#workplace = workplace;
    this.#socket = socketIn(workplace);
    this.version = version;
  }

  /** @throws ScannerStartError, and what the signal throws */
  static async start(options: ClamdOptions, signal: AbortSignal): Promise<ClamdProcess> {
    await removeLeftovers();
    const workplace = await mkdtemp(join(tmpdir(), `imago-scan-${process.pid}-`));
    let child: ChildProcess | null = null;
    try {
      await writeFile(join(workplace, 'clamd.conf'), clamdSettings(WORKPLACE, SIGNATURES, options.fileMib));
      const [command, ...parameters] = await sandboxed({
        ...options,
        program: options.clamd,
        parameters: ['-c', join(WORKPLACE, 'clamd.conf')],
        workplace,
        memory: options.memoryMib * MIB,
        fileSize: 2 * options.fileMib * MIB + MIB,
      });
      child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
      return new ClamdProcess(child, workplace, await whenReady(child, workplace, options, signal));
    } catch (error) {
      await end(child, workplace);
      throw error;
    }
  }

  get isAlive(): boolean {
    return isRunning(this.#process);
  }

  async judge(chunks: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Verdict> {
    if (!this.isAlive) throw new ScannerDiedError('clamd has ended');
    return judgeStream(this.#socket, chunks, signal);
  }

  stop(): Promise<void> {
    return end(this.#process, this.#workplace);
  }
}

function socketIn(workplace: string): string {
  return join(workplace, 'clamd.sock');
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Answers its version once it has read its signatures. */
async function whenReady(
  child: ChildProcess,
  workplace: string,
  { startSeconds }: Pick<ClamdOptions, 'startSeconds'>,
  signal: AbortSignal,
): Promise<string> {
  let words = '';
  const failures: Error[] = [];
  child.on('error', (error) => failures.push(error));
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-LAST_WORDS);
    });
  const latest = performance.now() + startSeconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    if (failures.length > 0) throw new ScannerStartError('sandbox_unavailable', String(failures[0]));
    if (!isRunning(child) && child.pid !== undefined)
      throw new ScannerStartError(/^(bwrap|prlimit): /m.test(words) ? 'sandbox_unavailable' : 'scanner_failed', words);
    const version = await askClamd(socketIn(workplace), 'VERSION', signal).catch(() => null);
    if (version !== null) return version.split('/')[0] ?? version;
    if (performance.now() > latest) throw new ScannerStartError('scanner_failed', `it took too long. ${words}`);
    await delay(LOOK_INTERVAL, undefined, { signal });
  }
}

/** Ends it and all it had; whatever it was doing has no worth any more. */
async function end(child: ChildProcess | null, workplace: string): Promise<void> {
  if (child !== null && isRunning(child)) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await rm(workplace, { recursive: true, force: true });
}

/** What a process of ours that was killed left behind; its clamd ended with it. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(WORKPLACES.exec(name)?.[1]);
    if (Number.isNaN(pid) || isProcess(pid)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
