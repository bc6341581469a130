import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deathSignal, markOf } from '@imago/infra';
import { COMPILE_CACHE } from './entries.ts';

/** How one service process is started. */
export interface ServiceProcessOptions {
  readonly name: string;
  /** The built entry point. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where its ready file and its log are kept. */
  readonly directory: string;
  /** Starts it again when it ends unasked. */
  readonly restart: boolean;
}

/**
 * MiB. Bytes of images live outside V8's heap, and a large young generation keeps many of their dead buffers: eight
 * downloads at once take 328 MiB with V8's default and 188 with one MiB. Where no such bytes come by, one MiB only means
 * that a fifth of the time goes into collecting what an answer leaves behind.
 */
const YOUNG_GENERATION = { withBytes: 1, withoutBytes: 8 } as const;
const WITHOUT_BYTES: ReadonlySet<string> = new Set(['catalog', 'sharing', 'quota', 'activity']);

function nodeOptions(service: string): readonly string[] {
  const mib = YOUNG_GENERATION[WITHOUT_BYTES.has(service) ? 'withoutBytes' : 'withBytes'];
  return ['--enable-source-maps', `--max-semi-space-size=${mib}`];
}

/** Milliseconds a service has to become ready, and to go when asked, before it is given up. */
const READY_DEADLINE = 60_000;
const STOP_DEADLINE = 15_000;

/** Milliseconds between a crash and the next start, doubling while the crashes go on. */
const FIRST_RESTART = 500;
const LONGEST_RESTART = 30_000;

/** One service as a child process: started, watched, started again, stopped. It dies with this process. */
export class ServiceProcess {
  readonly name: string;
  readonly #options: ServiceProcessOptions;
  #child: ChildProcess | null = null;
  /** From the first time it was ready until it is asked to stop. */
  #supervised = false;
  #crashes = 0;
  #port: number | null = null;

  constructor(options: ServiceProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== null && !hasEnded(this.#child);
  }

  get logFile(): string {
    return join(this.#options.directory, `${this.name}.log`);
  }

  get port(): number {
    if (this.#port === null) throw new Error(`${this.name} is not running`);
    return this.#port;
  }

  get #readyFile(): string {
    return join(this.#options.directory, `${this.name}.ready.json`);
  }

  /** Starts it and returns when it is ready to serve. The log of the last time is kept beside the new one. */
  async start(): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true });
    if (this.#child === null && existsSync(this.logFile)) renameSync(this.logFile, `${this.logFile}.old`);
    await this.#ready(await this.#launch());
    this.#supervised = this.#options.restart;
  }

  /** Sends a signal and returns when the process is gone. With `restart` off it stays gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null || hasEnded(child)) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** Asks it to finish its work and go; insists after the deadline. */
  async stop(): Promise<void> {
    this.#supervised = false;
    const insist = setTimeout(() => void this.kill('SIGKILL'), STOP_DEADLINE);
    await this.kill('SIGTERM');
    clearTimeout(insist);
  }

  async #launch(): Promise<ChildProcess> {
    const { directory, entry, environment } = this.#options;
    rmSync(this.#readyFile, { force: true });
    const log = openSync(this.logFile, 'a', 0o600);
    const node = [process.execPath, ...nodeOptions(this.name), entry];
    const [command = '', ...args] = [...(await deathSignal('SIGTERM')), ...node];
    const child = spawn(command, args, {
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...markOf(directory),
        ...environment,
        READY_FILE: this.#readyFile,
      },
      stdio: ['ignore', log, log],
      detached: true, // a Ctrl-C in the terminal reaches us alone, and we stop the services in order
    });
    closeSync(log);
    child.once('exit', (code, signal) => {
      if (this.#supervised && this.#child === child) void this.#startAgain(signal ?? `exit code ${code ?? '?'}`);
    });
    this.#child = child;
    return child;
  }

  async #startAgain(cause: string): Promise<void> {
    const wait = Math.min(FIRST_RESTART * 2 ** this.#crashes, LONGEST_RESTART);
    this.#crashes += 1;
    console.error(`${this.name} ended (${cause}); starting it again in ${wait / 1000} s. Its log: ${this.logFile}`);
    await delay(wait);
    if (!this.#supervised) return;
    try {
      await this.#ready(await this.#launch());
      this.#crashes = 0;
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      await this.kill('SIGKILL'); // one that hangs: its end starts the next
    }
  }

  async #ready(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + READY_DEADLINE;
    while (!existsSync(this.#readyFile)) {
      if (hasEnded(child)) throw new Error(`${this.name} ended before it was ready.\n${this.#lastLines()}`);
      if (performance.now() > deadline) throw new Error(`${this.name} was not ready in time.\n${this.#lastLines()}`);
      await delay(50);
    }
    const ready = JSON.parse(readFileSync(this.#readyFile, 'utf8')) as { port: number };
    this.#port = ready.port;
  }

  #lastLines(): string {
    const log = existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
    return `The end of ${this.logFile}:\n${log.trimEnd().split('\n').slice(-15).join('\n')}`;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
