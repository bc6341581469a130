import type { IncomingMessage } from 'node:http';
import { ATTRIBUTE, contextFromOutside, markFailed, openSpan, recordFailure, SpanKind } from '@imago/tracing';
import type { Exchange } from './exchange.ts';

/** The span of one HTTP request, from its headers to the last byte of its answer. */
export interface RequestSpan {
  /** Runs work, and whatever it sets off, as part of the request. */
  readonly within: (work: () => void) => void;
  /** `route` is `none` where there is none. */
  end(outcome: { readonly route: string; readonly status: number }): void;
}

/** Begins the span of a request; it continues the trace its caller names, when it names one. */
export function openRequestSpan(request: IncomingMessage, path: string, exchange: Exchange): RequestSpan {
  const { method = 'GET' } = request;
  const { traceparent } = request.headers;
  const { span, within } = openSpan(method, () => ({
    kind: SpanKind.SERVER,
    parent: contextFromOutside(typeof traceparent === 'string' ? traceparent : undefined),
    attributes: {
      [ATTRIBUTE.httpMethod]: method,
      [ATTRIBUTE.urlPath]: path,
      [ATTRIBUTE.urlScheme]: 'http',
      [ATTRIBUTE.requestId]: exchange.request_id,
      [ATTRIBUTE.correlationId]: exchange.correlation_id,
    },
  }));
  return {
    within,
    end: ({ route, status }) => {
      span.setAttribute(ATTRIBUTE.httpStatus, status);
      if (route !== 'none') span.updateName(`${method} ${route}`).setAttribute(ATTRIBUTE.httpRoute, route);
      if (exchange.caller !== undefined) span.setAttribute(ATTRIBUTE.projectId, exchange.caller.project_id);
      if (exchange.failure !== undefined) recordFailure(span, exchange.failure);
      else if (status >= 500) markFailed(span, String(status));
      span.end();
    },
  };
}
