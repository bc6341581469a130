import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Histogram, register } from 'prom-client';
import { openExchange } from './exchange.ts';
import type { Health } from './health.ts';
import { openRequestSpan } from './request-span.ts';

const METRIC = 'http_request_seconds';
/** Longer ones are nobody's honest request. */
const LONGEST_PATH = 256;
/** Asked every few seconds by machines; their log lines would bury the others. */
const UNLOGGED = /^\/(health|metrics)(\/|$)/;

interface Observation {
  readonly service: string;
  readonly logger: Logger;
  readonly health: Health;
}

/** Express middleware, the first of all: gives each request its ids, one log line, its span and its place in the metrics. */
export function observeRequests({ service, logger, health }: Observation) {
  const seconds = requestSeconds();
  return (request: Request, response: Response, next: NextFunction): void => {
    const exchange = openExchange(request, response);
    const started = performance.now();
    const { method } = request;
    const [path = '/'] = request.originalUrl.split('?');
    const isUnlogged = UNLOGGED.test(path);
    const span = isUnlogged ? undefined : openRequestSpan(request, path.slice(0, LONGEST_PATH), exchange);
    if (health.draining) response.setHeader('Connection', 'close');
    const tell = (): void => {
      const elapsed = performance.now() - started;
      const { statusCode: status } = response;
      const route = routeOf(request);
      seconds.observe({ service, method, route, status }, elapsed / 1000);
      span?.end({ route, status });
      if (isUnlogged && status < 500) return;
      const { caller, request_id, correlation_id } = exchange;
      const outcome = {
        method,
        path: path.slice(0, LONGEST_PATH),
        status,
        duration_ms: Math.round(elapsed),
        request_id,
        correlation_id,
        ...caller,
      };
      const isCut = !response.writableFinished;
      logger[status >= 500 ? 'error' : 'info'](isCut ? { ...outcome, cut: true } : outcome, 'request');
    };
    const within =
      span?.within ??
      ((work: () => void) => {
        work();
      });
    response.once('close', () => {
      within(tell);
    });
    within(next);
  };
}

/** The pattern of the route, not the path: a label with ids in it has no end of values. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' ? path : 'none';
}

function requestSeconds(): Histogram {
  const known = register.getSingleMetric(METRIC) as Histogram | undefined;
  if (known !== undefined) return known;
  collectDefaultMetrics();
  const labelNames = ['service', 'method', 'route', 'status'];
  const buckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];
  return new Histogram({ name: METRIC, help: 'Time to answer an HTTP request, to its last byte', labelNames, buckets });
}
