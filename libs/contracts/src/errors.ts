import { z } from 'zod';
import { ERRORS, type ErrorCode, type ErrorKind } from './error-codes.ts';

/** Why something is refused, as every answer, event and record carries it. */
export const refusalDocument = z.object({
  code: z.string(),
  kind: z.string(),
  message: z.string(),
  remedy: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export type RefusalDocument = z.output<typeof refusalDocument>;

/** A refusal or failure with a stable code. The domain never says HTTP: kinds are mapped to statuses at the edge. */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  abstract readonly kind: ErrorKind;
  abstract readonly remedy: string;
  abstract readonly details: Readonly<Record<string, unknown>>;

  toDocument(): RefusalDocument {
    return { code: this.code, kind: this.kind, message: this.message, remedy: this.remedy, details: this.details };
  }
}

/** The one concrete domain error: its kind and remedy come from the code registry. */
export class Refusal extends DomainError {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly remedy: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.kind = ERRORS[code].kind;
    this.remedy = ERRORS[code].remedy;
    this.details = details;
  }
}

/** Shorthand of `new Refusal`, so that a refusal reads as one sentence at the place that throws it. */
export function refusal(code: ErrorCode, message: string, details?: Readonly<Record<string, unknown>>): Refusal {
  return new Refusal(code, message, details);
}

/** Tells whether a text is a registered code, for documents that come from another process or version. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** Rebuilds a refusal from its document; a code this version does not know becomes `internal`. */
export function refusalFrom(document: RefusalDocument): Refusal {
  return isErrorCode(document.code)
    ? new Refusal(document.code, document.message, document.details)
    : new Refusal('internal', document.message, { original_code: document.code });
}
