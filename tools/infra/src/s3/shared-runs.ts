/**
 * Work that serves all who asked before it began, by name. Who asks while it is under way waits for the next run, which
 * everybody who asks meanwhile shares: the run under way may have begun before what they want it to cover.
 */
export class SharedRuns {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  run(name: string, work: () => Promise<void>): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return this.#begin(name, work);
    const next =
      this.#next.get(name) ??
      running
        .catch(() => undefined) // its own callers hear of it
        .then(() => {
          this.#next.delete(name);
          return this.#begin(name, work);
        });
    this.#next.set(name, next);
    return next;
  }

  #begin(name: string, work: () => Promise<void>): Promise<void> {
    const run = work().finally(() => {
      if (this.#running.get(name) === run) this.#running.delete(name);
    });
    this.#running.set(name, run);
    return run;
  }
}
