import { Logger } from '@nestjs/common';

/** Does something again and again with a pause in between, never twice at once. What fails is logged and done again. */
export class PacedLoop {
  readonly #logger: Logger;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #woken = false;
  #endPause: () => void = () => undefined;

  /** @param seconds of the pause. */
  constructor(
    readonly name: string,
    private readonly seconds: number,
    private readonly work: () => Promise<void>,
  ) {
    this.#logger = new Logger(name);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Lets the work under way finish. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endPause();
    await this.#running;
  }

  /** Cuts the pause short. */
  wake(): void {
    this.#woken = true;
    this.#endPause();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      try {
        await this.work();
      } catch (error) {
        this.#logger.error({ err: error }, 'failed; it is tried again');
      }
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    if (this.#woken || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.seconds * 1000);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
