import type { BareClient } from './client.ts';
import type { Operation } from './operations.ts';
import { type CpuByProgram, ServingProcesses } from './processes.ts';

export interface Figures {
  readonly operation: string;
  readonly images: number;
  readonly concurrency: number;
  readonly 'requests/s': number;
  readonly 'p50 ms': number;
  readonly 'p99 ms': number;
  /** Of all processes of Imago, Postgres, RabbitMQ and the store together; the client's are not among them. */
  readonly 'CPU ms': number;
  /** The same by program. */
  readonly of: CpuByProgram;
}

/** Does the operation for so many seconds, so many at once. */
export async function measure(
  client: BareClient,
  operation: Operation,
  { images, concurrency, seconds }: { readonly images: number; readonly concurrency: number; readonly seconds: number },
): Promise<Figures> {
  let calls = 0;
  const warm = performance.now() + 300;
  while (performance.now() < warm) await client.send(operation.call(calls++));
  const serving = new ServingProcesses();
  const latencies: number[] = [];
  const before = serving.cpuSeconds();
  const begun = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() < begun + seconds * 1000) {
      const sent = performance.now();
      await client.send(operation.call(calls++));
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const elapsed = (performance.now() - begun) / 1000;
  const after = serving.cpuSeconds();
  const spent = Object.entries(after).map(
    ([name, used]) => [name, ms((used - (before[name] ?? 0)) / latencies.length)] as const,
  );
  latencies.sort((a, b) => a - b);
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

function ms(seconds: number): number {
  return round(seconds * 1000);
}

function round(figure: number): number {
  return Number(figure.toFixed(2));
}
