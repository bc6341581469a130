import type { RequestDefinition } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import {
  activeTraceparent,
  ATTRIBUTE,
  contextOf,
  type Span,
  SpanKind,
  type SpanPlan,
  subjectsOf,
  traced,
} from '@imago/tracing';
import type { ConsumeMessage } from 'amqplib';
import { textHeader } from './delivery.ts';
import { REQUEST_HEADER } from './request-wire.ts';

export interface Asking {
  readonly definition: RequestDefinition;
  readonly data: unknown;
  readonly context: RequestContext;
}

export interface Answering {
  readonly message: ConsumeMessage;
  readonly pattern: string;
  readonly data: unknown;
}

/** Asks as a span; `ask` is given the headers that let the service which answers continue it. */
export function asAsking<T>(
  { definition, data, context }: Asking,
  ask: (headers: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const plan = (): SpanPlan => ({
    kind: SpanKind.CLIENT,
    attributes: attributesOf(definition.pattern, data, context),
  });
  return traced(definition.pattern, plan, () => {
    const traceparent = activeTraceparent();
    return ask(traceparent === undefined ? {} : { [REQUEST_HEADER.traceparent]: traceparent });
  });
}

/** Answers as a span that continues the one which asks. */
export function asAnswering<T>({ message, pattern, data }: Answering, answer: (span: Span) => Promise<T>): Promise<T> {
  const plan = (): SpanPlan => ({
    kind: SpanKind.SERVER,
    parent: contextOf(textHeader(message, REQUEST_HEADER.traceparent)),
    attributes: attributesOf(pattern, data),
  });
  return traced(pattern, plan, answer);
}

function attributesOf(pattern: string, data: unknown, context?: RequestContext): SpanPlan['attributes'] {
  return {
    [ATTRIBUTE.rpcSystem]: 'imago',
    [ATTRIBUTE.rpcMethod]: pattern,
    [ATTRIBUTE.messagingSystem]: 'rabbitmq',
    ...subjectsOf(data),
    ...subjectsOf({ project_id: context?.project_id }),
  };
}
