import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { DigestOrder, DigestReply, DigestResult, DigestTask } from './digest-task.ts';

/** Beside this file, compiled or not. */
const PROGRAM = new URL(`./digest.worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** One hash on a thread of its own. Orders are followed in the order they are given. */
export class DigestThread {
  readonly #worker: Worker;
  readonly #open: PromiseWithResolvers<DigestReply>[] = [];
  #failure: Error | null = null;

  constructor(task: DigestTask) {
    this.#worker = new Worker(PROGRAM, { workerData: task, resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    this.#worker.on('message', (reply: DigestReply) => this.#open.shift()?.resolve(reply));
    this.#worker.on('error', (error) => {
      this.#fail(error as Error);
    });
    this.#worker.on('exit', () => {
      this.#fail(new Error(`The ${task.algorithm} thread has ended`));
    });
  }

  /** Hashes the next bytes; resolves when their place in the ring may be filled again. */
  async hash(run: Exclude<DigestOrder, 'end'>): Promise<void> {
    await this.#order(run);
  }

  async finish(): Promise<DigestResult> {
    return (await this.#order('end')) as DigestResult;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #order(order: DigestOrder): Promise<DigestReply> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const open = Promise.withResolvers<DigestReply>();
    this.#open.push(open);
    this.#worker.postMessage(order);
    return open.promise;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const open of this.#open.splice(0)) open.reject(this.#failure);
  }
}
