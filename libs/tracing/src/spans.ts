import { DomainError, type ErrorKind } from '@imago/contracts';
import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { ATTRIBUTE } from './attributes.ts';
import { FROM_OUTSIDE } from './trace-context.ts';

export interface SpanPlan {
  readonly kind: SpanKind;
  /** Where it belongs; the span under way when absent. */
  readonly parent?: Context;
  readonly attributes?: Attributes;
}

/** A span whose work is not one call: entered as often as needed, ended by hand with `span.end()`. */
export interface OpenSpan {
  readonly span: Span;
  /** Runs work, and whatever it sets off, as part of the span. */
  readonly within: <T>(work: () => T) => T;
}

/** Kinds of refusals that are ours to mend; any other is an answer. */
const FAULTS: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['internal', 'unavailable', 'timeout']);

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
const NOT_TRACED: OpenSpan = { span: NO_SPAN, within: (work) => work() };

let tracing = false;

/** Whether this process makes spans at all. */
export function isTracing(): boolean {
  return tracing;
}

/** For whoever sets up or takes down what receives spans. */
export function setTracing(on: boolean): void {
  tracing = on;
}

/** Begins a span. Without tracing there is none, entering it does nothing, and its plan is not even made. */
export function openSpan(name: string, plan: () => SpanPlan): OpenSpan {
  if (!tracing) return NOT_TRACED;
  const { kind, attributes = {}, parent = context.active() } = plan();
  const span = trace.getTracer('imago').startSpan(name, { kind, attributes }, parent);
  const entered = trace.setSpan(parent.deleteValue(FROM_OUTSIDE), span); // what is within it is ours
  return { span, within: (work) => context.with(entered, work) };
}

/** Does work as a span, which ends with it and tells of the error it ended with. */
export async function traced<T>(name: string, plan: () => SpanPlan, work: (span: Span) => Promise<T>): Promise<T> {
  if (!tracing) return work(NO_SPAN);
  const { span, within } = openSpan(name, plan);
  try {
    return await within(() => work(span));
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Tells a span what its work ended with. A refusal is an answer and no failure, unless it is ours to mend. */
export function recordFailure(span: Span, error: unknown): void {
  if (!span.isRecording()) return;
  const failure = failureOf(error);
  span.setAttributes(failure);
  if (ATTRIBUTE.errorType in failure) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Marks a span as failed; `type` is one of few words. */
export function markFailed(span: Span, type: string): void {
  span.setAttribute(ATTRIBUTE.errorType, type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/**
 * What spans tell of an error: the code of a refusal, the class of anything else. Never the message, which may repeat what
 * somebody sent; the log line of the same span has it.
 */
export function failureOf(error: unknown): Attributes {
  if (!(error instanceof DomainError)) return { [ATTRIBUTE.errorType]: classOf(error) };
  const refusal = { [ATTRIBUTE.errorCode]: error.code };
  return FAULTS.has(error.kind) ? { ...refusal, [ATTRIBUTE.errorType]: error.code } : refusal;
}

function classOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code : error.name;
}
