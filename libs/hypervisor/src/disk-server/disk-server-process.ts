import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inheritedEnvironment } from './config.ts';
import { diskServerSocket } from './socket-path.ts';

export interface DiskServerProcessOptions {
  /** Where its exports and caches are. */
  readonly directory: string;
  /** The file of the regions. */
  readonly regionsFile: string;
  /** GiB that its caches may take. */
  readonly cacheGib: number;
  /** Where its log goes, JSON lines: our standard error, or a file descriptor. */
  readonly log?: 'inherit' | 'ignore' | number;
  /** Told when it has ended without being told to, and why. */
  readonly onDeath?: (reason: string) => void;
}

/** Milliseconds a start may take, the end of another server of the directory included. */
const START_DEADLINE = 60_000;
/** Milliseconds between two starts: the first pause doubles up to the longest. */
const PAUSES = { first: 100, longest: 5_000 };
/** Milliseconds after which one that serves counts as sound. */
const SOUND = 10_000;
/** Milliseconds it has to end. */
const STOP_DEADLINE = 15_000;

/** The disk server as a child of this process, which is started again whenever it dies, and ends with this process. */
export class DiskServerProcess {
  readonly #options: DiskServerProcessOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #serving = promised();
  #running: Promise<void> | undefined;
  #lastEnd = '';

  constructor(options: DiskServerProcessOptions) {
    this.#options = options;
  }

  /** Where clients connect. */
  get socket(): string {
    return diskServerSocket(this.#options.directory);
  }

  /** Of the process that is there now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts it and answers when it serves.
   * @throws Error when it does not come to that, and why; it is not there then
   */
  async start(): Promise<void> {
    this.#running ??= this.#keepRunning();
    const late = new AbortController();
    const deadline = delay(START_DEADLINE, 'late' as const, { signal: late.signal });
    deadline.catch(() => undefined);
    try {
      if ((await Promise.race([this.serving(), deadline])) !== 'late') return;
    } finally {
      late.abort();
    }
    await this.stop();
    throw new Error(`The disk server does not start: ${this.#lastEnd || 'it says nothing'}`);
  }

  /** Answers when it serves: at once, or when it has been started again. */
  async serving(): Promise<void> {
    await this.#serving.promise;
  }

  /** Ends it, cleanly when it can; it is not started again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    child?.kill('SIGTERM');
    const killer = setTimeout(() => child?.kill('SIGKILL'), STOP_DEADLINE);
    await this.#running;
    clearTimeout(killer);
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pause = PAUSES.first; ; pause = Math.min(pause * 2, PAUSES.longest)) {
      const started = performance.now();
      this.#lastEnd = await this.#runOnce();
      if (signal.aborted) break;
      this.#options.onDeath?.(this.#lastEnd);
      if (performance.now() - started > SOUND) pause = PAUSES.first;
      const isOver = await delay(pause, false, { signal }).catch(() => true);
      if (isOver) break;
    }
    this.#serving.reject(new Error('The disk server was stopped'));
  }

  /** One life of the process. Answers how it ended. */
  async #runOnce(): Promise<string> {
    const child = this.#spawn();
    this.#child = child;
    child.stdin?.on('error', () => undefined); // it is only held open
    child.stdout?.once('data', () => {
      this.#serving.resolve(undefined);
    });
    try {
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      return signal ?? `exit code ${code ?? '?'}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#child = undefined;
      // Who waited for this life to serve waits for the next.
      const next = promised();
      this.#serving.resolve(next.promise);
      this.#serving = next;
    }
  }

  #spawn(): ChildProcess {
    const { directory, regionsFile, cacheGib, log = 'inherit' } = this.#options;
    const extension = extname(import.meta.filename);
    const fromSource = ['--conditions=@imago/source', '--experimental-transform-types', '--no-warnings'];
    const args = [
      '--max-semi-space-size=1', // else dead buffers wait in a young generation that grows
      ...(extension === '.ts' ? fromSource : []),
      join(import.meta.dirname, `main${extension}`),
    ];
    return spawn(process.execPath, args, {
      env: {
        ...inheritedEnvironment(),
        UV_THREADPOOL_SIZE: '16', // reads of the cache must not wait for writes to it
        DISK_SERVER_DIRECTORY: directory,
        IMAGO_REGIONS_FILE: regionsFile,
        DISK_SERVER_WITH_PARENT: 'true',
        DISK_SERVER_CACHE_GIB: String(cacheGib),
      },
      // The kernel closes its standard input when we die, in whatever way, and it ends.
      stdio: ['pipe', 'pipe', log],
      detached: true, // a Ctrl-C in the terminal reaches us alone, and we end it
    });
  }
}

/** Nobody may be waiting for it. */
function promised(): PromiseWithResolvers<undefined> {
  const later = Promise.withResolvers<undefined>();
  later.promise.catch(() => undefined);
  return later;
}
