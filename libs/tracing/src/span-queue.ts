import { TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { Counter, register } from 'prom-client';

/** Spans that wait to be sent; further ones are dropped, so that a collector that is away costs a few MB and no more. */
const MOST_WAITING = 2_048;
const BATCH = 512;
/** Milliseconds a span waits for others to be sent with, and a batch may take, its tries included. */
const DELAY_MS = 1_000;
export const EXPORT_MS = 5_000;

const METRIC = 'trace_spans_total';

/** Told when spans begin to get lost, with the reason, and when they arrive again. */
export interface ExportWatch {
  lost(error: unknown): void;
  arrived(): void;
}

/** The SDK's queue of ended spans, which says what became of each: `exported`, `failed` or `dropped`. */
export class SpanQueue implements SpanProcessor {
  readonly #inner: SpanProcessor;
  readonly #spans: Counter;
  #waiting = 0;
  #losing = false;

  constructor(
    private readonly service: string,
    private readonly exporter: SpanExporter,
    private readonly watch: ExportWatch,
  ) {
    this.#spans = spansTotal();
    this.#inner = new BatchSpanProcessor({
      exporter: {
        export: (spans, tell) => {
          this.#export(spans, tell);
        },
        shutdown: () => exporter.shutdown(),
      },
      maxQueueSize: MOST_WAITING,
      maxExportBatchSize: BATCH,
      scheduledDelayMillis: DELAY_MS,
      exportTimeoutMillis: EXPORT_MS + 1_000, // the exporter ends by itself before
    });
  }

  onStart(): void {
    return;
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#waiting >= MOST_WAITING) {
      this.#spans.inc({ service: this.service, outcome: 'dropped' });
      return;
    }
    this.#waiting += 1;
    this.#inner.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  #export(spans: ReadableSpan[], tell: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.#waiting -= spans.length;
      const arrived = result.code === ExportResultCode.SUCCESS;
      this.#spans.inc({ service: this.service, outcome: arrived ? 'exported' : 'failed' }, spans.length);
      if (arrived && this.#losing) this.watch.arrived();
      if (!arrived && !this.#losing) this.watch.lost(result.error);
      this.#losing = !arrived;
      // A batch that is lost is counted; to the SDK it is done with, or it would complain where nobody listens.
      tell({ code: ExportResultCode.SUCCESS });
    });
  }
}

function spansTotal(): Counter {
  const known = register.getSingleMetric(METRIC);
  if (known instanceof Counter) return known;
  return new Counter({ name: METRIC, help: 'Ended spans by what became of them', labelNames: ['service', 'outcome'] });
}
