import type { ReconciliationName } from '@imago/contracts';
import { Counter, Gauge, register } from 'prom-client';
import type { Outcome } from './reconciliation-runs.ts';

const LABELS = ['service', 'reconciliation', 'region'] as const;

type Labels = (typeof LABELS)[number];

/** The figures an operator watches of comparisons. */
export class ReconciliationMetrics {
  readonly #standing = metric('reconciliation_differences', (name) => {
    return new Gauge({ name, help: 'Differences the last comparison found and could not repair', labelNames: LABELS });
  });
  readonly #repaired = metric('reconciliation_repairs_total', (name) => {
    return new Counter({ name, help: 'Differences repaired', labelNames: LABELS });
  });
  readonly #finished = metric('reconciliation_finished_timestamp_seconds', (name) => {
    return new Gauge({ name, help: 'When a comparison last came to its end', labelNames: LABELS });
  });

  constructor(private readonly service: string) {}

  finished(reconciliation: ReconciliationName, region: string, { found, repaired, error }: Outcome): void {
    const labels = { service: this.service, reconciliation, region };
    this.#repaired.inc(labels, repaired);
    if (error !== null) return; // what is not known is no zero
    this.#standing.set(labels, found - repaired);
    this.#finished.set(labels, Date.now() / 1000);
  }
}

/** Several services may live in one process, in tests for example: they share the metric and differ by label. */
function metric<M extends Gauge<Labels> | Counter<Labels>>(name: string, make: (name: string) => M): M {
  return (register.getSingleMetric(name) as M | undefined) ?? make(name);
}
