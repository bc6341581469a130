/**
 * Runs work one after another within a key and side by side across keys, at most `limit` at a time, so that a busy
 * consumer leaves database connections to everybody else.
 */
export class Lanes {
  private readonly tails = new Map<string, Promise<unknown>>();
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(limit: number) {
    this.free = limit;
  }

  /** Starts `work` after everything given before it under the same key; settles as it does. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const mine = before.then(() => this.limited(work));
    const tail = mine.then(ignore, ignore).then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
    this.tails.set(key, tail);
    return mine;
  }

  private async limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}

function ignore(): void {
  // the caller of run() has the outcome; the lane only needs to know that it ended
}
