import { setTimeout as pause } from 'node:timers/promises';
import type { BareClient } from './client.ts';
import type { Operation } from './operations.ts';
import { type CpuByProgram, servingCpuSeconds, usedBetween } from './processes.ts';

export interface Figures {
  readonly operation: string;
  readonly images: number;
  readonly concurrency: number;
  readonly 'requests/s': number;
  readonly 'p50 ms': number;
  readonly 'p99 ms': number;
  /**
   * Of all processes of Imago, Postgres, RabbitMQ and the store together, until all is done that the requests led to; the
   * client's are not among them.
   */
  readonly 'CPU ms': number;
  /** The same by program. */
  readonly of: CpuByProgram;
}

export interface Load {
  readonly concurrency: number;
  readonly seconds: number;
}

/** Does the operation for so many seconds, so many at once. */
export async function measure(
  client: BareClient,
  operation: Operation,
  { images, concurrency, seconds }: Load & { readonly images: number },
): Promise<Figures> {
  let calls = 0;
  const send = (): Promise<unknown> => client.send(operation.call(calls++));
  const warm = performance.now() + 300;
  while (performance.now() < warm) await send();
  const before = servingCpuSeconds();
  const { latencies, elapsed } = await drive(send, { concurrency, seconds });
  if (operation.writes) await quiet();
  const used = usedBetween(before, servingCpuSeconds());
  const spent = Object.entries(used).map(([name, each]) => [name, ms(each / latencies.length)] as const);
  const quantile = (q: number): number =>
    round(latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0);
  return {
    operation: operation.name,
    images,
    concurrency,
    'requests/s': Math.round(latencies.length / elapsed),
    'p50 ms': quantile(0.5),
    'p99 ms': quantile(0.99),
    'CPU ms': round(spent.reduce((sum, [, each]) => sum + each, 0)),
    of: Object.fromEntries(spent),
  };
}

/** Sends for so many seconds, so many at once. Answers how long each took, sorted, and all of them. */
export async function drive(
  send: () => Promise<unknown>,
  { concurrency, seconds }: Load,
): Promise<{ readonly latencies: readonly number[]; readonly elapsed: number }> {
  const latencies: number[] = [];
  const begun = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() < begun + seconds * 1000) {
      const sent = performance.now();
      await send();
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const elapsed = (performance.now() - begun) / 1000;
  return { latencies: latencies.sort((a, b) => a - b), elapsed };
}

/** Of one CPU: what services that nobody asks anything stay well below. */
const BUSY = 0.3;
const LOOK_MS = 250;

/** Events are still on their way when a write has been answered: they are its cost, and none of what comes next. */
async function quiet(): Promise<void> {
  for (let looks = 0; looks < 120; looks++) {
    const [before, at] = [servingCpuSeconds(), performance.now()];
    await pause(LOOK_MS);
    if (sumOf(usedBetween(before, servingCpuSeconds())) < (BUSY * (performance.now() - at)) / 1000) return;
  }
  throw new Error('What the requests led to has no end.');
}

export function sumOf(used: CpuByProgram): number {
  return Object.values(used).reduce((sum, each) => sum + each, 0);
}

function ms(seconds: number): number {
  return round(seconds * 1000);
}

export function round(figure: number): number {
  return Number(figure.toFixed(2));
}
