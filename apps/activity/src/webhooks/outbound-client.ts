import { outboundAgent, OutboundGuard } from '@imago/outbound';
import { type Agent, request } from 'undici';

export interface OutboundLimits {
  readonly connectSeconds: number;
  readonly wholeSeconds: number;
}

export interface OutboundMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends the attempt from outside. */
  readonly signal: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  /** The header `retry-after`, as it came. */
  readonly retryAfter: string | null;
}

/** Bytes of an answer that are read before it is cut off: nobody looks at them. */
const ANSWER_BYTES = 16 * 1024;

/**
 * Sends messages to tenants' servers. Every message has a connection of its own, to an address that was looked at for it;
 * redirects are answers, not followed; and it ends in time, whatever the other side does.
 */
export class OutboundClient {
  readonly #agent: Agent;

  constructor(
    private readonly guard: OutboundGuard,
    private readonly limits: OutboundLimits,
  ) {
    this.#agent = outboundAgent(guard, { connectSeconds: limits.connectSeconds, pipelining: 0 });
  }

  /** @throws OutboundRefused, and what goes wrong on the way. */
  async post({ url: text, headers, body, signal }: OutboundMessage): Promise<OutboundAnswer> {
    const url = this.guard.url(text);
    const ends = AbortSignal.any([signal, AbortSignal.timeout(this.limits.wholeSeconds * 1000)]);
    const answer = await request(url, { method: 'POST', headers, body, signal: ends, dispatcher: this.#agent });
    await answer.body.dump({ limit: ANSWER_BYTES, signal: ends }).catch(() => undefined); // the status has been heard
    const retryAfter = answer.headers['retry-after'];
    return { status: answer.statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : null };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
