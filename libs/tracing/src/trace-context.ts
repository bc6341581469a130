import { type Context, context, createContextKey, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';

/** Marks a context whose parent was named by somebody outside of the house. */
export const FROM_OUTSIDE = createContextKey('imago.from_outside');

/**
 * The context a W3C `traceparent` names, with nothing of the caller's own. One that is absent or not well-formed names
 * none, and what is begun in it is a trace of its own. Other headers of the standard are not taken over.
 */
export function contextOf(traceparent: string | null | undefined): Context {
  if (traceparent === null || traceparent === undefined) return ROOT_CONTEXT;
  return propagation.extract(ROOT_CONTEXT, { traceparent });
}

/** As {@link contextOf}, of a caller nobody knows: it may name the trace, but not decide whether it is recorded. */
export function contextFromOutside(traceparent: string | undefined): Context {
  return contextOf(traceparent).setValue(FROM_OUTSIDE, true);
}

/** The `traceparent` of the span under way; undefined when there is none. */
export function activeTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** Runs work as part of no trace: work that is only begun by whoever happens to come by. */
export function outsideTraces<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}

/** What a log line says of the span it was written in; a new object each time, because loggers write into it. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  const active = trace.getActiveSpan()?.spanContext();
  return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
}
