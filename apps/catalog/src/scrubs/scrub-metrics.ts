import { Counter, Gauge, register } from 'prom-client';
import type { ObjectResult } from './scrub-turns.ts';

/** The figures an operator watches of scrubs. */
export class ScrubMetrics {
  readonly #bytes = metric('scrub_bytes_total', (name) => {
    return new Counter({ name, help: 'Bytes of stored objects read again', labelNames: ['region'] });
  });
  readonly #objects = metric('scrub_objects_total', (name) => {
    return new Counter({
      name,
      help: 'Stored objects read again, by what came of it',
      labelNames: ['region', 'result'],
    });
  });
  readonly #damaged = metric('scrub_damaged_objects', (name) => {
    return new Gauge({ name, help: 'Stored objects known to be damaged', labelNames: ['region'] });
  });
  readonly #finished = metric('scrub_finished_timestamp_seconds', (name) => {
    return new Gauge({
      name,
      help: 'When a round through all stored objects last came to its end',
      labelNames: ['region'],
    });
  });
  readonly #paused = metric('scrub_paused', (name) => {
    return new Gauge({ name, help: '1 while a round waits for its store to answer', labelNames: ['region'] });
  });

  read(region: string, bytes: number): void {
    this.#bytes.inc({ region }, bytes);
  }

  done(region: string, result: ObjectResult): void {
    this.#objects.inc({ region, result });
  }

  damaged(region: string, count: number): void {
    this.#damaged.set({ region }, count);
  }

  paused(region: string, isPaused: boolean): void {
    this.#paused.set({ region }, isPaused ? 1 : 0);
  }

  finished(region: string): void {
    this.#finished.set({ region }, Date.now() / 1000);
  }
}

/** Several services may live in one process, in tests for example. */
function metric<M extends Gauge | Counter>(name: string, make: (name: string) => M): M {
  return (register.getSingleMetric(name) as M | undefined) ?? make(name);
}
