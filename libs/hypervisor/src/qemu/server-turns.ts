interface Turn {
  /** When everything that was asked for so far is over. Never rejects. */
  over: Promise<void>;
  /** What is done and what waits. */
  count: number;
}

/** Lets one thing after the other be done for a server, in the order in which they were asked for. */
export class ServerTurns {
  readonly #turns = new Map<string, Turn>();

  /** Whether something is done for the server now. */
  has(serverId: string): boolean {
    return this.#turns.has(serverId);
  }

  /**
   * Does the work when all that was asked for earlier is over, also what its caller has given up on.
   * @throws the reason of the signal when that comes first: the work is never begun then
   */
  async take<T>(serverId: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.#turns.get(serverId) ?? { over: Promise.resolve(), count: 0 };
    const { promise: done, resolve: end } = Promise.withResolvers<undefined>();
    const earlier = turn.over;
    this.#turns.set(serverId, turn);
    turn.count += 1;
    turn.over = earlier.then(() => done); // who gives up waiting lets nobody past the earlier ones
    try {
      await unlessAborted(earlier, signal);
      return await work();
    } finally {
      end(undefined);
      turn.count -= 1;
      if (turn.count === 0) this.#turns.delete(serverId);
    }
  }
}

async function unlessAborted(awaited: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => {
    aborted.resolve(undefined);
  };
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted === true) onAbort();
  await Promise.race([awaited, aborted.promise]);
  signal?.removeEventListener('abort', onAbort);
  signal?.throwIfAborted();
}
