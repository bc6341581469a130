import { DomainError } from '@imago/contracts';

/**
 * What a failed handler means for its message. `permanent`: trying again cannot help. `unreachable`: the database is
 * away, which says nothing about the message. `transient`: anything else.
 */
export type Failure = 'permanent' | 'unreachable' | 'transient';

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND']);
const UNREACHABLE_TEXT =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Classifies what a handler threw. A refusal is permanent, unless it only says that somebody did not answer. */
export function classify(error: unknown): Failure {
  if (error instanceof DomainError) {
    return error.kind === 'unavailable' || error.kind === 'timeout' || error.kind === 'internal'
      ? 'transient'
      : 'permanent';
  }
  for (let cause = error; cause instanceof Error; cause = causeOf(cause)) {
    if (isUnreachable(cause)) return 'unreachable';
  }
  return 'transient';
}

function isUnreachable(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    UNREACHABLE.has(code) ||
    code.startsWith('08') || // connection exceptions of SQL
    /^57P0[1-3]$/.test(code) || // Postgres is stopping or starting
    UNREACHABLE_TEXT.test(error.message)
  );
}

function causeOf(error: Error): unknown {
  return 'driverError' in error ? error.driverError : error.cause; // TypeORM wraps what the driver threw
}

/** One line that says what happened, bounded, for a header and a log line. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replace(/\s+/g, ' ').slice(0, 500);
}
