export { type Span, SpanKind } from '@opentelemetry/api';
export { ATTRIBUTE, subjectsOf } from './attributes.ts';
export type { ExportWatch } from './span-queue.ts';
export {
  failureOf,
  isTracing,
  markFailed,
  type OpenSpan,
  openSpan,
  recordFailure,
  type SpanPlan,
  traced,
} from './spans.ts';
export { startTracing, type Tracing, type TracingOptions } from './start-tracing.ts';
export { activeTraceparent, contextFromOutside, contextOf, outsideTraces, traceFields } from './trace-context.ts';
