import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is known of one HTTP request beside the request itself; its log line and every answer carry it. */
export interface Exchange {
  /** `req-<uuid>`, the form OpenStack's tools print. */
  readonly request_id: string;
  /** The caller's own request id when it sent one, so that a chain of services can be followed. */
  readonly correlation_id: string;
  /** Set once the caller is known. */
  caller?: { readonly user_id: string; readonly project_id: string };
  /** What the request was refused with, or failed of. */
  failure?: unknown;
}

/** OpenStack's request id header; callers may send it too, as their global request id. */
const REQUEST_ID_HEADER = 'x-openstack-request-id';
const REQUEST_ID = /^req-[0-9a-f-]{36}$/;

const exchanges = new WeakMap<IncomingMessage, Exchange>();

/** Gives a request its ids, and its answer the header that names them. */
export function openExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const requestId = `req-${randomUUID()}`;
  const sent = request.headers[REQUEST_ID_HEADER];
  const correlationId = typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : requestId;
  const exchange: Exchange = { request_id: requestId, correlation_id: correlationId };
  exchanges.set(request, exchange);
  response.setHeader(REQUEST_ID_HEADER, requestId);
  return exchange;
}

/** The exchange a request was opened with. @throws Error when it never was. */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = exchanges.get(request);
  if (exchange === undefined) throw new Error('The request has no exchange.');
  return exchange;
}
