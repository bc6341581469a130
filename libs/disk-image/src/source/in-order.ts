interface Running<R> {
  readonly weight: number;
  readonly result: Promise<R>;
  settled: boolean;
}

export interface InOrderOptions<T, R> {
  readonly run: (item: T) => Promise<R>;
  /** Cost of an item against the budget, for example its bytes. */
  readonly weigh: (item: T) => number;
  /** New items start while the weight in flight is below this. */
  readonly budget: number;
}

type Items<T> = Iterable<T> | AsyncIterable<T>;

function iteratorOf<T>(items: Items<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

/**
 * Runs several tasks at once and yields their results in the order of the items. Unlike a chain of awaits, a slow
 * supplier does not hold back results that are ready. A failure reaches the consumer at its item's turn.
 */
export async function* inOrder<T, R>(items: Items<T>, options: InOrderOptions<T, R>): AsyncGenerator<R> {
  const iterator = iteratorOf(items);
  const queue: Running<R>[] = [];
  let inFlight = 0;
  let pulling: Promise<void> | undefined;
  const input = { exhausted: false };

  const start = (item: T): void => {
    const running: Running<R> = { weight: options.weigh(item), result: options.run(item), settled: false };
    const settle = (): void => {
      running.settled = true;
    };
    running.result.then(settle, settle);
    inFlight += running.weight;
    queue.push(running);
  };
  const pull = async (): Promise<void> => {
    try {
      const next = await iterator.next();
      if (next.done === true) input.exhausted = true;
      else start(next.value);
    } finally {
      pulling = undefined;
    }
  };

  try {
    for (;;) {
      if (!pulling && !input.exhausted && inFlight < options.budget) {
        pulling = pull();
        pulling.catch(() => undefined); // the same promise is awaited below; this only covers an early return
      }
      const head = queue[0];
      if (head && (head.settled || !pulling)) {
        const result = await head.result;
        queue.shift();
        inFlight -= head.weight;
        yield result;
      } else if (head) {
        await Promise.race([pulling, head.result]);
      } else if (input.exhausted) {
        return;
      } else {
        await pulling;
      }
    }
  } finally {
    await iterator.return?.();
  }
}
