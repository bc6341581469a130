import { STATUS_CODES } from 'node:http';
import { DomainError, type ErrorCode, type ErrorKind, type Refusal, refusal } from '@imago/contracts';
import { HttpException } from '@nestjs/common';

/** What sort of refusal answers with which status: the one place that knows both. */
const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported: 415,
  unavailable: 503,
  timeout: 504,
  internal: 500,
};

/** Codes for which HTTP has a word of its own. */
const STATUS_OF_CODE: Readonly<Partial<Record<ErrorCode, number>>> = {
  'request.method_not_allowed': 405,
  'range.not_satisfiable': 416,
  'import.preflight_busy': 429,
};

/** What of the framework's own errors is told; anything else is `internal`. */
const CODE_OF_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['request.invalid', 'The request cannot be read.'],
  404: ['request.not_found', 'There is nothing at this path.'],
  405: ['request.method_not_allowed', 'The path does not allow this method.'],
  413: ['request.too_large', 'The body is too large.'],
  415: ['request.invalid', 'The encoding of the body is not supported.'],
};

/** A refusal on its way out through HTTP, whatever the form of the answer. */
export interface Fault {
  readonly status: number;
  /** The words HTTP has for the status. */
  readonly title: string;
  readonly refusal: DomainError;
  /** What the caller is not told; present when it is our fault. */
  readonly cause?: unknown;
}

/** Makes a fault of anything thrown. What is not a refusal is told as `internal`, without its message. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof DomainError) return fault(thrown, statusOf(thrown));
  const status = frameworkStatus(thrown);
  const known = status === undefined ? undefined : CODE_OF_STATUS[status];
  if (known !== undefined) return fault(refusal(...known), status);
  return { ...fault(refusal('internal', 'Something went wrong on our side.'), 500), cause: thrown };
}

function fault(said: DomainError | Refusal, status: number | undefined): Fault {
  const known = status ?? 500;
  return { status: known, title: STATUS_CODES[known] ?? 'Error', refusal: said };
}

function statusOf(said: DomainError): number {
  return STATUS_OF_CODE[said.code] ?? STATUS_OF_KIND[said.kind];
}

/** The status of an error of Nest or of Express's body parsers, which mark theirs with `expose`. */
function frameworkStatus(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error) || !('expose' in thrown) || !('status' in thrown)) return undefined;
  return typeof thrown.status === 'number' ? thrown.status : undefined;
}
