import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';

describe('a budget', () => {
  it('lets those wait who ask for more than is left, and serves them in order', async () => {
    const budget = new Budget(10);
    const served: string[] = [];
    const take = async (name: string, weight: number): Promise<() => void> => {
      const give = await budget.take(weight);
      served.push(name);
      return give;
    };
    const first = await take('first', 6);
    const second = take('second', 6);
    const third = take('third', 1);
    await turn();
    expect(served).toEqual(['first']); // also the small one waits, or the large one would for ever
    expect(budget.isScarce).toBe(true);
    first();
    (await second)();
    (await third)();
    expect(served).toEqual(['first', 'second', 'third']);
    expect(budget.isScarce).toBe(false);
    (await take('all', 10))();
  });

  it('gives everything it has to who asks for more', async () => {
    const budget = new Budget(10);
    const give = await budget.take(1_000);
    const next = budget.take(1);
    await turn();
    expect(budget.isScarce).toBe(true);
    give();
    (await next)();
  });

  it('gives at once all that is wanted, or nothing', async () => {
    const budget = new Budget(10);
    expect(budget.takeNow(11)).toBeUndefined();
    const give = budget.takeNow(6);
    expect(budget.takeNow(5)).toBeUndefined();
    const waiting = budget.take(5);
    expect(budget.takeNow(1)).toBeUndefined(); // somebody came earlier
    give?.();
    const giveLater = await waiting;
    expect(budget.takeNow(5)).toBeDefined();
    giveLater();
  });
});
