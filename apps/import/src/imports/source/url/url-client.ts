import { refusal } from '@imago/contracts';
import { outboundAgent, OutboundGuard, OutboundRefused } from '@imago/outbound';
import type { OnApplicationShutdown } from '@nestjs/common';
import { type Agent, type Dispatcher, request } from 'undici';

export interface UrlLimits {
  readonly connectSeconds: number;
  /** Seconds a server may be silent, or slower than a trickle. */
  readonly silenceSeconds: number;
  /** Seconds before the second attempt of a request, about; each further one waits twice as long. */
  readonly retrySeconds: number;
  /** Connections to one server at the same time. */
  readonly connections: number;
  /** Bytes a file may have. */
  readonly maximumBytes: number;
  readonly ca?: readonly string[];
}

/** A GET to a tenant's server. */
export interface UrlRequest {
  readonly url: URL;
  /** Any server may see these. */
  readonly headers: Readonly<Record<string, string>>;
  /** For this origin alone. */
  readonly secret: { readonly origin: string; readonly headers: Readonly<Record<string, string>> };
  readonly signal: AbortSignal;
}

/** An answer that is no redirect, and where it came from in the end. */
export interface UrlReply {
  readonly url: URL;
  readonly reply: Dispatcher.ResponseData;
}

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Bytes of an answer nobody wants that are read to keep its connection. */
const UNWANTED_BYTES = 16 * 1024;

/** Asks the servers that tenants name. Every address is looked at in the moment it is connected to. */
export class UrlClient implements OnApplicationShutdown {
  readonly #agent: Agent;

  constructor(
    private readonly guard: OutboundGuard,
    readonly limits: UrlLimits,
  ) {
    const { connectSeconds, silenceSeconds, connections, ca } = limits;
    this.#agent = outboundAgent(guard, {
      connectSeconds,
      connections,
      pipelining: 1,
      headersTimeout: silenceSeconds * 1000,
      bodyTimeout: silenceSeconds * 1000,
      ...(ca === undefined ? {} : { ca }),
    });
  }

  /** @throws OutboundRefused when it is none that may be asked. */
  check(url: string): URL {
    return this.guard.url(url);
  }

  /**
   * Follows redirects, each looked at as if a tenant had named it, and none away from https.
   * @throws Refusal import.redirect_refused, OutboundRefused, and what goes wrong on the way
   */
  async get({ url: first, headers, secret, signal }: UrlRequest): Promise<UrlReply> {
    let url = first;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const own = url.origin === secret.origin ? secret.headers : {};
      const sent = { ...own, ...headers };
      const reply = await request(url, { method: 'GET', headers: sent, signal, dispatcher: this.#agent });
      if (!REDIRECTS.has(reply.statusCode)) return { url, reply };
      await discard(reply);
      url = this.#next(url, reply.headers['location']);
    }
    throw refusal('import.redirect_refused', `${first.origin}${first.pathname} leads on and on.`);
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #next(from: URL, location: string | string[] | undefined): URL {
    const place = `${from.origin}${from.pathname}`;
    if (typeof location !== 'string' || !URL.canParse(location, from.href))
      throw refusal('import.redirect_refused', `${place} leads nowhere.`);
    const next = new URL(location, from);
    next.hash = '';
    if (from.protocol === 'https:' && next.protocol !== 'https:')
      throw refusal('import.redirect_refused', `${place} leads away from https.`);
    try {
      return this.guard.url(next.href);
    } catch (error) {
      if (!(error instanceof OutboundRefused)) throw error;
      throw refusal('import.redirect_refused', `${place} leads to where nobody is sent: ${error.message}`);
    }
  }
}

/** Reads an answer nobody wants to its end, when that is near, and closes its connection otherwise. */
export async function discard({ body }: Dispatcher.ResponseData): Promise<void> {
  await body.dump({ limit: UNWANTED_BYTES }).catch(() => undefined);
}
