/** One thing a service cannot work without. */
export interface ReadinessCheck {
  readonly name: string;
  /** Rejects, or answers a text, while the service cannot work because of it; undefined means it can. */
  check(): Promise<string | undefined> | string | undefined;
}

/** Milliseconds a check may take before it counts as failed. */
const CHECK_TIMEOUT = 2_000;
/** Seconds an event may wait to be published before its service counts as not ready. */
const OUTBOX_LAG = 60;

/** The database answers. */
export function databaseCheck(dataSource: { query(sql: string): Promise<unknown> }): ReadinessCheck {
  return {
    name: 'database',
    check: async () => {
      await dataSource.query('SELECT 1');
      return undefined;
    },
  };
}

/** Every queue of the service has its consumer. */
export function consumersCheck(health: { consumersActive(): boolean }): ReadinessCheck {
  return { name: 'consumers', check: () => (health.consumersActive() ? undefined : 'a queue is not consumed') };
}

/** Events leave. */
export function outboxCheck(health: { outboxLagSeconds(): Promise<number> }, most = OUTBOX_LAG): ReadinessCheck {
  return {
    name: 'outbox',
    check: async () => {
      const lag = await health.outboxLagSeconds();
      return lag > most ? `the oldest event has waited ${Math.round(lag)} s` : undefined;
    },
  };
}

/** Whether a service can work, and why not. */
export class Health {
  readonly #checks: readonly ReadinessCheck[];
  #draining = false;

  constructor(checks: readonly ReadinessCheck[]) {
    this.#checks = checks;
  }

  /** From now on the service is not ready: whoever sends it work should send it elsewhere. */
  drain(): void {
    this.#draining = true;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** What is wrong, by check; empty when the service is ready. */
  async faults(): Promise<Readonly<Record<string, string>>> {
    const results = await Promise.all(this.#checks.map(async (each) => [each.name, await outcomeOf(each)] as const));
    const faults = results.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
    return { ...Object.fromEntries(faults), ...(this.#draining ? { process: 'is stopping' } : {}) };
  }
}

async function outcomeOf(each: ReadinessCheck): Promise<string | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(resolve, CHECK_TIMEOUT, `no answer within ${CHECK_TIMEOUT} ms`);
  try {
    return await Promise.race([each.check(), late]);
  } catch {
    return 'failed'; // what exactly stands in the log of whoever failed, not in an answer anybody may ask for
  } finally {
    clearTimeout(timer);
  }
}
