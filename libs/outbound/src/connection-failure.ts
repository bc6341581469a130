/** Why there was no answer. */
export interface ConnectionFailure {
  readonly kind: 'timeout' | 'tls' | 'connection';
  /** The code of the error. Messages may tell addresses of our own network, which is nobody's business. */
  readonly name: string;
}

const TIMEOUTS = /TIMEOUT|TIMEDOUT|TimeoutError/;
const TLS = /CERT|TLS|SSL|EPROTO|SIGNATURE|ISSUER/;

/** What an error of a connection means. */
export function connectionFailure(error: unknown): ConnectionFailure {
  const name = nameOf(error);
  if (TIMEOUTS.test(name)) return { kind: 'timeout', name };
  return { kind: TLS.test(name) ? 'tls' : 'connection', name };
}

/** The code of an error, or of the first of many. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const [first]: readonly unknown[] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  if (first !== undefined) return nameOf(first);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.name : nameOf(error.cause);
}
