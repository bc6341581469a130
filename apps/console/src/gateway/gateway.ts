import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './openapi.ts';
import { problemOf } from './problem.ts';

export interface GatewayAccess {
  readonly token: string;
  readonly region: string;
}

/** The gateway this page comes from, asked with a token about one region. */
export class Gateway {
  readonly region: string;
  /** Asks by the gateway's own description of itself. What is refused is thrown as a {@link Problem}. */
  readonly api: Client<paths>;
  readonly #token: string;
  readonly #prefix: string;

  constructor({ token, region }: GatewayAccess) {
    this.region = region;
    this.#token = token;
    this.#prefix = `/regions/${encodeURIComponent(region)}`;
    this.api = createClient<paths>({ baseUrl: this.#prefix, headers: { 'x-auth-token': token }, cache: 'no-store' });
    this.api.use({
      onResponse: async ({ response }) => {
        if (!response.ok) throw await problemOf(response);
      },
    });
  }

  /**
   * An answer that is not a refusal, its body unread: for streams.
   * @throws Problem
   */
  async open(path: string, init: { readonly headers?: Record<string, string>; readonly signal: AbortSignal }) {
    const headers = { ...init.headers, 'x-auth-token': this.#token };
    const response = await fetch(this.#prefix + path, { headers, signal: init.signal, cache: 'no-store' });
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/**
 * What the gateway answered.
 * @throws Problem
 */
export async function answered<A>(asked: Promise<{ readonly data?: A; readonly response: Response }>): Promise<A> {
  const { data, response } = await asked;
  if (data === undefined) throw await problemOf(response.clone());
  return data;
}
