import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { DigestOrder, DigestReply, DigestResult, DigestRun, DigestTask } from './digest-task.ts';

/** Beside this file, compiled or not. */
const PROGRAM = new URL(`./digest.worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** Milliseconds a thread waits for another object: its start costs as much as hashing 50 MB. */
const IDLE_MS = 10_000;

/** Threads without a task. */
const idle = new Set<DigestThread>();

/** One hash on a thread of its own. Orders are followed in the order they are given. */
export class DigestThread {
  readonly #worker: Worker;
  readonly #open: PromiseWithResolvers<DigestReply>[] = [];
  #failure: Error | null = null;
  #finished = false;
  #idleTimer: NodeJS.Timeout | undefined;

  /** A thread that waits for a task, or a new one. */
  static begin(task: DigestTask): DigestThread {
    const waiting = [...idle].at(-1); // the others end sooner
    const thread = waiting ?? new DigestThread();
    thread.#begin(task);
    return thread;
  }

  private constructor() {
    this.#worker = new Worker(PROGRAM, { resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    this.#worker.on('message', (reply: DigestReply) => this.#open.shift()?.resolve(reply));
    this.#worker.on('error', (error) => {
      this.#fail(error as Error);
    });
    this.#worker.on('exit', () => {
      this.#fail(new Error('A digest thread has ended'));
    });
  }

  /** Hashes the next bytes; resolves when their place in the ring may be filled again. */
  async hash(run: DigestRun): Promise<void> {
    await this.#order(run);
  }

  async finish(): Promise<DigestResult> {
    const result = (await this.#order('end')) as DigestResult;
    this.#finished = true;
    return result;
  }

  /** Lets go of the thread: after a task that was finished it waits for the next for a while. */
  async close(): Promise<void> {
    if (!this.#finished || this.#failure !== null) {
      await this.#worker.terminate();
      return;
    }
    idle.add(this);
    this.#worker.unref();
    this.#idleTimer = setTimeout(() => {
      idle.delete(this);
      void this.#worker.terminate();
    }, IDLE_MS).unref();
  }

  #begin(task: DigestTask): void {
    idle.delete(this);
    clearTimeout(this.#idleTimer);
    this.#worker.ref();
    this.#finished = false;
    this.#order(task).catch(() => undefined); // the orders after it fail too
  }

  #order(order: DigestOrder): Promise<DigestReply> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const open = Promise.withResolvers<DigestReply>();
    this.#open.push(open);
    this.#worker.postMessage(order);
    return open.promise;
  }

  #fail(error: Error): void {
    idle.delete(this);
    this.#failure ??= error;
    for (const open of this.#open.splice(0)) open.reject(this.#failure);
  }
}
