import { setTimeout as pause } from 'node:timers/promises';
import type { BareWay } from './bare-way.ts';
import { drive, type Figures, type Load, measure, round } from './measure.ts';
import type { BareClient } from './client.ts';
import type { Operation } from './operations.ts';
import { type CpuByProgram, servingCpuSeconds, usedBetween } from './processes.ts';

/** What an operation costs beside the bare way: measured before it and after it, for the machine is not always as fast. */
export interface JudgedFigures extends Figures {
  /** CPU of the bare way, ms per request. */
  readonly 'bare ms': number;
  /** How many times that this is. */
  readonly times: number;
}

/** What runs for the bare way; whatever else runs has nothing to do then. */
const ITS_PROGRAMS = ['bare', 'postgres', 'rabbitmq'] as const;

const IDLE_SECONDS = 3;

export class Limit {
  readonly #client: BareClient;
  readonly #bare: BareWay;
  /** CPU seconds a second of what the bare way runs on, when nobody asks for anything. */
  readonly #idle: CpuByProgram;

  private constructor(client: BareClient, bare: BareWay, idle: CpuByProgram) {
    this.#client = client;
    this.#bare = bare;
    this.#idle = idle;
  }

  static async open(client: BareClient, bare: BareWay): Promise<Limit> {
    const before = servingCpuSeconds();
    await pause(IDLE_SECONDS * 1000);
    const used = usedBetween(before, servingCpuSeconds());
    const idle = Object.entries(used).map(([program, seconds]) => [program, seconds / IDLE_SECONDS] as const);
    return new Limit(client, bare, Object.fromEntries(idle));
  }

  async measure(operation: Operation, load: Load & { readonly images: number }): Promise<JudgedFigures> {
    const half = { concurrency: load.concurrency, seconds: load.seconds / 2 };
    const before = await this.#bareCost(operation, half);
    const figures = await measure(this.#client, operation, load);
    const after = await this.#bareCost(operation, half);
    const bare = (before.cpuMs + after.cpuMs) / (before.requests + after.requests);
    return { ...figures, 'bare ms': round(bare), times: round(figures['CPU ms'] / bare) };
  }

  async #bareCost(operation: Operation, load: Load): Promise<{ readonly cpuMs: number; readonly requests: number }> {
    let calls = 0;
    const before = servingCpuSeconds();
    const { latencies, elapsed } = await drive(() => this.#bare.send(operation.bare(calls++)), load);
    const used = usedBetween(before, servingCpuSeconds());
    const seconds = ITS_PROGRAMS.reduce(
      (sum, program) => sum + (used[program] ?? 0) - (this.#idle[program] ?? 0) * elapsed,
      0,
    );
    return { cpuMs: seconds * 1000, requests: latencies.length };
  }
}
