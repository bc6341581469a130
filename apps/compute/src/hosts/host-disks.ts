import { DiskServerProcess } from '@imago/hypervisor';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';

/** Milliseconds between two attempts to start it. */
const PAUSE = 5_000;

/** The process that serves this host's machines the disks of images. */
@Injectable()
export class HostDisks {
  readonly #logger = new Logger(HostDisks.name);
  readonly #stopping = new AbortController();
  #process: DiskServerProcess | null = null;
  #starting: Promise<void> = Promise.resolve();
  #fault: string | null = null;
  #isStarting = false;
  readonly #settled = Promise.withResolvers<undefined>();

  constructor(@Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig) {}

  /** Why disks are not served now; null: they are, or nobody needs them. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Returns when the first start has succeeded or failed; at once when nobody asked for one. */
  async settled(): Promise<void> {
    if (this.#isStarting) await this.#settled.promise;
  }

  /** Has it started, and started again until that succeeds; nobody waits for it. */
  start(): void {
    this.#fault = 'The disk server is starting.';
    this.#isStarting = true;
    this.#starting = this.#start();
  }

  /** Lets go of who waits for the first start: the service is about to end. */
  endWaiting(): void {
    this.#settled.resolve(undefined);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop();
    await this.#starting;
  }

  async #start(): Promise<void> {
    const { signal } = this.#stopping;
    const isStopping = (): boolean => signal.aborted;
    while (!isStopping()) {
      const server = this.#newProcess();
      this.#process = server;
      try {
        await server.start();
        this.#fault = null;
        this.#endStart();
        return;
      } catch (error) {
        if (isStopping()) return;
        this.#fault = 'The disk server does not start.';
        this.#endStart();
        this.#logger.error({ err: error }, 'the disk server does not start; it is tried again');
        await pause(PAUSE, signal);
      }
    }
  }

  #endStart(): void {
    this.#isStarting = false;
    this.#settled.resolve(undefined);
  }

  #newProcess(): DiskServerProcess {
    return new DiskServerProcess({
      directory: this.config.COMPUTE_DIRECTORY,
      regionsFile: this.config.IMAGO_REGIONS_FILE,
      cacheGib: this.config.COMPUTE_CACHE_GIB,
      onDeath: (reason) => {
        this.#logger.error({ reason }, 'the disk server has ended; it is started again');
      },
    });
  }
}

/** Returns early when the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
