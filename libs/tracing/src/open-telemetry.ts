import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { DoorSampler } from './door-sampler.ts';
import { EXPORT_MS, SpanQueue } from './span-queue.ts';
import type { Tracing, TracingOptions } from './start-tracing.ts';
import { setTracing } from './spans.ts';

/** Longer values of attributes are cut. */
const LONGEST_VALUE = 256;
/** Milliseconds the spans that are left at the end may take to be sent. */
const FLUSH_MS = 1_500;

/** Loads and sets up OpenTelemetry for this process. Loaded only where traces are wanted: it takes time and memory. */
export function setUpOpenTelemetry({ service, instance, endpoint, ratio, watch }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis: EXPORT_MS, concurrencyLimit: 4 });
  const queue = new SpanQueue(service, exporter, watch);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'imago',
      'service.name': service,
      'service.instance.id': instance,
    }),
    sampler: new DoorSampler(ratio),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE, attributeCountLimit: 32, eventCountLimit: 32 },
    spanProcessors: [queue],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  setTracing(true);
  return {
    stop: async () => {
      setTracing(false);
      await within(FLUSH_MS, provider.shutdown());
      trace.disable();
      propagation.disable();
      context.disable();
    },
  };
}

/** The standard appends the path of the signal to the endpoint of all of them. */
function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  return url.href;
}

/** Waits for something that may fail, but no longer than this: spans are not worth holding up an end. */
async function within(milliseconds: number, something: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, milliseconds, undefined);
  await Promise.race([something.catch(() => undefined), late]);
  clearTimeout(timer);
}
