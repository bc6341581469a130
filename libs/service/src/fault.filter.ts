import { refusal } from '@imago/contracts';
import { type ArgumentsHost, Catch, type ExceptionFilter, Logger, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { type Fault, faultOf } from './fault.ts';

/** Writes a fault in the form the caller of this path expects. */
export type FaultRenderer = (fault: Fault, response: Response, exchange: Exchange) => void;

/** Seconds after which a caller may try again what we could not do now. */
const RETRY_AFTER = '2';

/** The one place where what was thrown becomes an HTTP answer. */
@Catch()
export class FaultFilter implements ExceptionFilter {
  readonly #logger = new Logger(FaultFilter.name);
  readonly #render: FaultRenderer;

  constructor(render: FaultRenderer) {
    this.#render = render;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const exchange = exchangeOf(request);
    const fault = faultOf(thrown instanceof NotFoundException ? unrouted(request, response) : thrown);
    exchange.failure = fault.cause ?? fault.refusal;
    if (fault.cause !== undefined) {
      const { request_id, correlation_id } = exchange;
      this.#logger.error({ err: fault.cause, request_id, correlation_id }, 'a request failed');
    }
    if (response.headersSent) {
      response.destroy(); // a cut connection is the only way left to say that the body is not whole
      return;
    }
    if (fault.status === 503) response.setHeader('Retry-After', RETRY_AFTER);
    this.#render(fault, response, exchange);
  }
}

/** Nest throws its NotFoundException for a path that is not there and for one that has only other methods. */
function unrouted(request: Request, response: Response): Error {
  const allow = allowedMethods(request);
  if (allow.length === 0) return refusal('request.not_found', 'There is nothing at this path.');
  response.setHeader('Allow', allow.join(', '));
  return refusal('request.method_not_allowed', 'The path does not allow this method.', { allow });
}
