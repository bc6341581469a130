import { DirectConnection, type DirectReply } from './direct-connection.ts';
import type { Landing } from './landing.ts';
import type { SignedRequest, TransportLimits } from './wire-request.ts';

/** The direct connections to one store: as many as are used at once, within the limit, and kept. */
export class DirectReads {
  readonly #limits: TransportLimits;
  readonly #waiting = new Set<() => void>();
  #idle: DirectConnection[] = [];
  #busy = 0;

  constructor(limits: TransportLimits) {
    this.#limits = limits;
  }

  /** As {@link DirectConnection.ask}, over a connection that is free or new. */
  async ask(request: SignedRequest, landing: Landing, signal?: AbortSignal): Promise<DirectReply | undefined> {
    await this.#turn(signal);
    try {
      for (;;) {
        const connection = this.#take(request);
        try {
          const reply = await connection.ask(request, landing, signal);
          if (connection.isReusable) this.#keep(connection);
          return reply;
        } catch (error) {
          if (signal?.aborted === true || !connection.wasStale) throw error;
        }
      }
    } finally {
      this.#busy -= 1;
      this.#wake();
    }
  }

  #take(request: SignedRequest): DirectConnection {
    this.#idle = this.#idle.filter((each) => each.isReusable);
    return this.#idle.pop() ?? new DirectConnection(request, this.#limits);
  }

  #keep(connection: DirectConnection): void {
    connection.rest();
    this.#idle.push(connection);
  }

  /** Waits until there are few enough. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    while (this.#busy >= this.#limits.max_sockets) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          this.#waiting.delete(go);
          signal?.removeEventListener('abort', go);
          resolve();
        };
        this.#waiting.add(go);
        signal?.addEventListener('abort', go, { once: true });
      });
      if (signal?.aborted === true) this.#wake(); // in case it was this one that was woken
      signal?.throwIfAborted();
    }
    this.#busy += 1;
  }

  #wake(): void {
    const [next] = this.#waiting;
    next?.();
  }
}
