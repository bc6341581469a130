import { DomainError, refusal } from '@imago/contracts';
import { secondsAsked } from '@imago/outbound';
import { connectionRefusal } from '../connection-refusal.ts';
import type { ReplyHead } from './range-reply.ts';

/** What went wrong with one request. */
export interface UrlFailure {
  readonly refusal: unknown;
  /** Another try may help. */
  readonly passes: boolean;
  /** Seconds the server asks to be left alone. */
  readonly asked: number;
}

/** An answer that is not what was asked for, as a failure that is thrown. */
export class UrlFailed extends Error {
  override readonly name = 'UrlFailed';

  constructor(readonly failure: UrlFailure) {
    super('The server answers something else.');
  }
}

const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
const UNDERSTOOD: ReadonlySet<number> = new Set([200, 206, 412, 416]);

/** @throws UrlFailed for a status that tells nothing of the file. */
export function requireAnswer({ status, headers }: ReplyHead, uri: string): void {
  if (UNDERSTOOD.has(status)) return;
  const retryAfter = headers['retry-after'];
  const asked = secondsAsked(typeof retryAfter === 'string' ? retryAfter : null, new Date());
  throw new UrlFailed({ refusal: refusalOf(status, uri), passes: PASSING.has(status), asked });
}

function refusalOf(status: number, uri: string): DomainError {
  const details = { source_uri: uri, status };
  const said = `${uri} answers with ${status}.`;
  if (status === 401 || status === 403 || status === 407) return refusal('import.access_denied', said, details);
  if (status === 404 || status === 410) return refusal('import.url_not_found', said, details);
  return refusal('import.server_failed', said, details);
}

/** What an error of a request means. A bug stays what it is. */
export function urlFailureOf(error: unknown, uri: string): UrlFailure {
  if (error instanceof UrlFailed) return error.failure;
  if (error instanceof DomainError) return { refusal: error, passes: error.kind === 'unavailable', asked: 0 };
  const told = connectionRefusal(error, uri);
  // A name server may be away for a moment, though what it says in the end is the tenant's to correct.
  const passes = told?.kind === 'unavailable' || told?.code === 'import.host_not_found';
  return { refusal: told ?? error, passes, asked: 0 };
}
