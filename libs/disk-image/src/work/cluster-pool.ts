import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ClusterAnswer, ClusterJob } from './cluster-job.ts';

/** More threads would cost memory that a worker process does not have. */
const MAX_THREADS = 4;
/** Milliseconds threads wait for another image: their start costs as much as compressing a small one. */
const IDLE_MS = 10_000;
/** From source the threads run TypeScript as we do. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './cluster-worker.ts' : './cluster-worker.js', import.meta.url);

interface Thread {
  readonly worker: Worker;
  /** Jobs in its hands, answered in order. */
  readonly jobs: PromiseWithResolvers<ClusterAnswer>[];
}

/** Threads that decode, hash and compress clusters; shared by all writers of a process. */
class ClusterPool {
  readonly size = Math.min(MAX_THREADS, availableParallelism());
  private users = 0;
  private idleTimer: NodeJS.Timeout | undefined;
  private readonly threads: Thread[];
  private failure: Error | undefined;

  constructor() {
    this.threads = Array.from({ length: this.size }, () => this.startThread());
  }

  get broken(): boolean {
    return this.failure !== undefined;
  }

  run(job: ClusterJob): Promise<ClusterAnswer> {
    if (this.failure) return Promise.reject(this.failure);
    const thread = this.threads.reduce((least, other) => (other.jobs.length < least.jobs.length ? other : least));
    const answer = Promise.withResolvers<ClusterAnswer>();
    thread.jobs.push(answer);
    thread.worker.postMessage(job);
    return answer.promise;
  }

  take(): void {
    this.users += 1;
    clearTimeout(this.idleTimer);
    for (const { worker } of this.threads) worker.ref();
  }

  /** Threads that nobody uses keep no process alive, and end after a while. */
  letGo(): void {
    this.users -= 1;
    if (this.users > 0) return;
    for (const { worker } of this.threads) worker.unref();
    this.idleTimer = setTimeout(() => void this.end(), this.broken ? 0 : IDLE_MS).unref();
  }

  private async end(): Promise<void> {
    this.fail(new Error('These compression threads have ended'));
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private startThread(): Thread {
    const thread: Thread = { worker: new Worker(ENTRY, { resourceLimits: { maxYoungGenerationSizeMb: 4 } }), jobs: [] };
    thread.worker.on('message', (answer: ClusterAnswer) => thread.jobs.shift()?.resolve(answer));
    thread.worker.on('error', (cause) => {
      this.fail(new Error('A compression thread failed', { cause }));
    });
    thread.worker.on('exit', () => {
      this.fail(new Error('A compression thread has ended'));
    });
    return thread;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { jobs } of this.threads) for (const job of jobs.splice(0)) job.reject(this.failure);
  }
}

let current: ClusterPool | undefined;

export type LentPool = Pick<ClusterPool, 'run' | 'size'>;

/** Lends the threads of this process; they start with the first user and end a while after the last. */
export async function withClusterPool<T>(use: (pool: LentPool) => Promise<T>): Promise<T> {
  if (current?.broken !== false) current = new ClusterPool();
  const pool = current;
  pool.take();
  try {
    return await use(pool);
  } finally {
    pool.letGo();
  }
}
