import { DomainError, type ErrorCode } from '@imago/contracts';
import { connectionFailure, refusedBy, secondsAsked } from '@imago/outbound';
import type { OutboundAnswer } from './outbound-client.ts';
import { REFUSED_CODES } from './receivers.ts';

/** What came of one attempt. */
export type AttemptOutcome =
  | { readonly result: 'delivered'; readonly status: number }
  | {
      readonly result: 'failed';
      readonly status: number | null;
      readonly code: ErrorCode;
      readonly message: string;
      /** Seconds the receiver asks to be left alone. */
      readonly asked: number;
    }
  /** It was cut off by our own end, and says nothing of the receiver. */
  | { readonly result: 'interrupted' };

/** What an answer means: nothing but 200 to 299 is a yes. */
export function outcomeOf({ status, retryAfter }: OutboundAnswer): AttemptOutcome {
  if (status >= 200 && status < 300) return { result: 'delivered', status };
  const failed = { result: 'failed', status, asked: secondsAsked(retryAfter, new Date()) } as const;
  const said = `The receiver answered with ${status}`;
  if (status === 410) return { ...failed, code: 'webhook.gone', message: `${said}: it wants no more messages.` };
  if (status >= 300 && status < 400)
    return { ...failed, code: 'webhook.redirected', message: `${said}: redirects are not followed.` };
  return { ...failed, code: 'webhook.rejected', message: `${said}.` };
}

/** What an attempt without an answer means. */
export function failureOf(error: unknown): AttemptOutcome {
  const failed = { result: 'failed', status: null, asked: 0 } as const;
  const refused = refusedBy(error);
  if (refused !== null) return { ...failed, code: REFUSED_CODES[refused.reason], message: refused.message };
  if (error instanceof DomainError) return { ...failed, code: error.code, message: error.message };
  const { kind, name } = connectionFailure(error);
  return { ...failed, code: FAILURE_CODES[kind], message: `${FAILURE_WORDS[kind]} (${name}).` };
}

const FAILURE_CODES = {
  timeout: 'webhook.timeout',
  tls: 'webhook.tls_failed',
  connection: 'webhook.connection_failed',
} as const;

const FAILURE_WORDS = {
  timeout: 'The receiver did not answer in time',
  tls: 'No encrypted connection could be made',
  connection: 'The connection failed',
} as const;
