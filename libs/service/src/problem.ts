import type { Response } from 'express';
import type { Exchange } from './exchange.ts';
import type { Fault } from './fault.ts';

/** Answers a fault as RFC 9457 problem details. What the refusal has to add stands beside the standard members. */
export function renderProblem(fault: Fault, response: Response, exchange: Exchange): void {
  const { code, message, remedy, details } = fault.refusal;
  const problem = {
    ...details,
    type: `urn:imago:error:${code}`,
    status: fault.status,
    title: fault.title,
    code,
    detail: message,
    remedy,
    request_id: exchange.request_id,
  };
  response.status(fault.status).type('application/problem+json').send(JSON.stringify(problem));
}
