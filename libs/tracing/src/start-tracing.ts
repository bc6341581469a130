import type { ExportWatch } from './span-queue.ts';

export interface TracingOptions {
  /** The name of the service, as it stands in every span. */
  readonly service: string;
  /** Which of its processes this is. */
  readonly instance: string;
  /** Of a collector that takes OTLP over HTTP, without the path of the signal. */
  readonly endpoint: string;
  /** Of the traces that are recorded, from 0 to 1. */
  readonly ratio: number;
  readonly watch: ExportWatch;
}

/** Tracing of a process, under way. */
export interface Tracing {
  /** Sends what is left, for a moment at most, and makes no more spans. Never rejects. */
  stop(): Promise<void>;
}

/** Makes spans in this process from here on, and sends them without ever waiting for it. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { setUpOpenTelemetry } = await import('./open-telemetry.ts');
  return setUpOpenTelemetry(options);
}
