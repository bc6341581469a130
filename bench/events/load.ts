import { setTimeout as delay } from 'node:timers/promises';
import { now } from './fact.ts';

/** Sends one message; resolves when it is promised to arrive. */
export type Send = (subject: string) => Promise<unknown>;

export interface Load {
  readonly name: string;
  readonly messages: number;
  /** Messages a second; null: as fast as it goes, so many at once. */
  readonly rate: number | null;
}

export interface Figures {
  readonly way: string;
  readonly load: string;
  readonly 'messages/s': number;
  readonly 'p50 ms': number;
  readonly 'p99 ms': number;
}

/** Under way at the same time when there is no rate. */
const AT_ONCE = 64;

/** Sends a load and waits until all of it has arrived. A time is from before the sending to the end of the applying. */
export async function measure(way: string, load: Load, send: Send, arrived: Map<string, number>): Promise<Figures> {
  const sent = new Map<string, number>();
  const prefix = `${way} ${load.name} ${Math.trunc(now())}`;
  const one = async (at: number): Promise<void> => {
    const subject = `${prefix} ${at}`;
    sent.set(subject, now());
    await send(subject);
  };
  const begun = now();
  await (load.rate === null ? flood(load.messages, one) : paced(load.messages, load.rate, one));
  while (![...sent.keys()].every((subject) => arrived.has(subject))) await delay(5);
  const times = [...sent].map(([subject, at]) => (arrived.get(subject) ?? 0) - at).sort((a, b) => a - b);
  const last = Math.max(...[...sent.keys()].map((subject) => arrived.get(subject) ?? 0));
  const quantile = (q: number): number => Number((times[Math.floor(q * (times.length - 1))] ?? 0).toFixed(1));
  return {
    ...{ way, load: load.name, 'messages/s': Math.round((load.messages * 1000) / (last - begun)) },
    ...{ 'p50 ms': quantile(0.5), 'p99 ms': quantile(0.99) },
  };
}

async function flood(messages: number, one: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < messages) await one(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

/** Each at its time, whether those before it are through or not. */
async function paced(messages: number, rate: number, one: (at: number) => Promise<void>): Promise<void> {
  const begun = performance.now();
  const all: Promise<void>[] = [];
  for (let at = 0; at < messages; at++) {
    const wait = begun + (at * 1000) / rate - performance.now();
    if (wait > 0) await delay(wait);
    all.push(one(at));
  }
  await Promise.all(all);
}
