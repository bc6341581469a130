import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { ServerTurns } from './server-turns.ts';

describe('the turns of servers', () => {
  let turns: ServerTurns;
  let begun: string[];
  beforeEach(() => {
    turns = new ServerTurns();
    begun = [];
  });

  /** Work that goes on until it is ended. */
  function work(name: string): { readonly run: () => Promise<string>; readonly end: () => void } {
    const { promise, resolve } = Promise.withResolvers<string>();
    const run = (): Promise<string> => {
      begun.push(name);
      return promise;
    };
    const end = (): void => {
      resolve(name);
    };
    return { run, end };
  }

  it('come one after the other for a server, and at once for another', async () => {
    const [first, second, other] = [work('first'), work('second'), work('other')];
    const running = [turns.take('a', first.run), turns.take('a', second.run), turns.take('b', other.run)];
    await turn();
    expect(begun).toEqual(['first', 'other']);
    other.end();
    first.end();
    await turn();
    expect(begun).toEqual(['first', 'other', 'second']);
    second.end();
    expect(await Promise.all(running)).toEqual(['first', 'second', 'other']);
  });

  it('go on after one that failed', async () => {
    const failing = turns.take('a', () => Promise.reject(new Error('it fails')));
    const next = turns.take('a', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('it fails');
    expect(await next).toBe('done');
  });

  it('are not taken by who gave up waiting, and nobody comes earlier because of that', async () => {
    const [first, given, last] = [work('first'), work('given up'), work('last')];
    const over = new AbortController();
    const running = turns.take('a', first.run);
    const waiting = turns.take('a', given.run, over.signal);
    const patient = turns.take('a', last.run);
    over.abort(new Error('not wanted'));
    await expect(waiting).rejects.toThrow('not wanted');
    await expect(turns.take('a', given.run, over.signal)).rejects.toThrow('not wanted');
    await turn();
    expect(begun).toEqual(['first']);
    first.end();
    last.end();
    await Promise.all([running, patient]);
    expect(begun).toEqual(['first', 'last']);
  });

  it('make a server busy until the last of them is over', async () => {
    const [first, second] = [work('first'), work('second')];
    const running = [turns.take('a', first.run), turns.take('a', second.run)];
    expect([turns.has('a'), turns.has('b')]).toEqual([true, false]);
    first.end();
    await running[0];
    expect(turns.has('a')).toBe(true);
    second.end();
    await running[1];
    expect(turns.has('a')).toBe(false);
  });
});
