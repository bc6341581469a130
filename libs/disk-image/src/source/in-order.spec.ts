import { describe, expect, it } from 'vitest';
import { inOrder } from './in-order.ts';
import { Semaphore } from './semaphore.ts';

type Turn = PromiseWithResolvers<number>;

describe('tasks in order', () => {
  it('answer in the order of the items, however they end', async () => {
    const turns: Turn[] = [];
    const results = inOrder([0, 1, 2], { run: () => pushed(turns).promise, weigh: () => 1, budget: 3 });
    const first = results.next();
    await settled();
    expect(turns).toHaveLength(3);
    for (const at of [2, 1, 0]) turns[at]?.resolve(at * 10);
    expect((await first).value).toBe(0);
    expect((await results.next()).value).toBe(10);
    expect((await results.next()).value).toBe(20);
    expect((await results.next()).done).toBe(true);
  });

  it('start no more than the budget lets them', async () => {
    const turns: Turn[] = [];
    const results = inOrder(Array.from({ length: 9 }), { run: () => pushed(turns).promise, weigh: () => 2, budget: 6 });
    const first = results.next();
    await settled();
    expect(turns).toHaveLength(3);
    turns[0]?.resolve(1);
    await first;
    void results.next();
    await settled();
    expect(turns).toHaveLength(4);
  });

  it('reach the consumer while the supplier is slow', async () => {
    const more = Promise.withResolvers<undefined>();
    async function* items(): AsyncGenerator<number> {
      yield 1;
      await more.promise;
      yield 2;
    }
    const results = inOrder(items(), { run: (item) => Promise.resolve(item), weigh: () => 1, budget: 8 });
    expect((await results.next()).value).toBe(1);
    more.resolve(undefined);
    expect((await results.next()).value).toBe(2);
  });

  it('fail at the turn of the one that failed, and end the supplier', async () => {
    let ended = false;
    function* items(): Generator<number> {
      try {
        yield* [1, 2, 3];
      } finally {
        ended = true;
      }
    }
    const run = (item: number): Promise<number> =>
      item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item);
    const results = inOrder(items(), { run, weigh: () => 1, budget: 2 });
    expect((await results.next()).value).toBe(1);
    await expect(results.next()).rejects.toThrow('two');
    expect(ended).toBe(true);
  });

  it('fail when the supplier fails', async () => {
    function* items(): Generator<number> {
      yield 1;
      throw new Error('supplier');
    }
    const results = inOrder(items(), { run: (item) => Promise.resolve(item), weigh: () => 1, budget: 1 });
    expect((await results.next()).value).toBe(1);
    await expect(results.next()).rejects.toThrow('supplier');
  });
});

describe('a semaphore', () => {
  it('lets as many run at once as it has places, failures or not', async () => {
    const turns: Turn[] = [];
    const semaphore = new Semaphore(2);
    const runs = [1, 2, 3, 4].map(() => semaphore.run(() => pushed(turns).promise));
    await settled();
    expect(turns).toHaveLength(2);
    turns[0]?.reject(new Error('first'));
    await expect(runs[0]).rejects.toThrow('first');
    await settled();
    expect(turns).toHaveLength(3);
    turns[1]?.resolve(1);
    turns[2]?.resolve(1);
    await settled();
    turns[3]?.resolve(4);
    expect(await runs[3]).toBe(4);
  });
});

function pushed(turns: Turn[]): Turn {
  const turn = Promise.withResolvers<number>();
  turns.push(turn);
  return turn;
}

/** All that can happen without new input has happened. */
function settled(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done);
  });
}
