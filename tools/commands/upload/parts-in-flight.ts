import type { Part } from './send-part.ts';

/** So many parts on their way at once, in memory that is made once. */
export class PartsInFlight {
  readonly #free: Buffer[];
  readonly #send: (part: Part) => Promise<void>;
  readonly #flying = new Set<Promise<void>>();
  #failure: Promise<never> | null = null;

  constructor(parallel: number, partSize: number, send: (part: Part) => Promise<void>) {
    this.#free = Array.from({ length: parallel }, () => Buffer.allocUnsafeSlow(partSize));
    this.#send = send;
  }

  /** Memory for a part, once there is some. @throws what a part failed of */
  async memory(): Promise<Buffer> {
    for (;;) {
      if (this.#failure !== null) await this.#failure;
      const memory = this.#free.pop();
      if (memory !== undefined) return memory;
      await Promise.race(this.#flying);
    }
  }

  giveBack(bytes: Buffer): void {
    this.#free.push(whole(bytes));
  }

  /** Sends a part and returns before it has arrived. */
  add(part: Part): void {
    const flying: Promise<void> = this.#send(part)
      .catch((error: unknown) => {
        this.#failure ??= Promise.reject(error instanceof Error ? error : new Error(String(error)));
        this.#failure.catch(() => undefined); // met by whoever asks next
      })
      .finally(() => {
        this.#flying.delete(flying);
        this.giveBack(part.bytes);
      });
    this.#flying.add(flying);
  }

  /** All have arrived. @throws what a part failed of */
  async landed(): Promise<void> {
    await Promise.all(this.#flying);
    if (this.#failure !== null) await this.#failure;
  }
}

/** The memory a part is the beginning of. */
function whole(bytes: Buffer): Buffer {
  return Buffer.from(bytes.buffer);
}
