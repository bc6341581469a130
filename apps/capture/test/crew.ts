import { CaptureWorker, type WorkerSurroundings } from './capture-worker.ts';

/** The workers of a suite, in the place of the one the service runs by itself. */
export class Crew {
  readonly #workers = new Set<CaptureWorker>();

  async hire(surroundings: WorkerSurroundings): Promise<CaptureWorker> {
    const worker = await CaptureWorker.hire(surroundings);
    this.#workers.add(worker);
    return worker;
  }

  async dismiss(): Promise<void> {
    for (const worker of this.#workers) await worker.dismiss();
  }

  start(): void {
    // Every worker is hired by a test.
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  wake(): void {
    for (const { runner } of this.#workers) runner.wake();
  }

  noticeCancel(jobId: string): void {
    for (const { runner } of this.#workers) runner.noticeCancel(jobId);
  }
}
