import { problemOf } from './problem.ts';

export interface GatewayAccess {
  readonly token: string;
  readonly region: string;
}

/** The gateway this page comes from, asked with a token. */
export class Gateway {
  readonly #token: string;
  readonly #prefix: string;

  constructor({ token, region }: GatewayAccess) {
    this.#token = token;
    this.#prefix = `/regions/${encodeURIComponent(region)}`;
  }

  /**
   * An answer that is not a refusal, its body unread.
   * @throws Problem
   */
  async open(path: string, init: { readonly headers?: Record<string, string>; readonly signal: AbortSignal }) {
    const headers = { ...init.headers, 'x-auth-token': this.#token };
    const response = await fetch(this.#prefix + path, { headers, signal: init.signal, cache: 'no-store' });
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  /** @throws Problem */
  async get<T>(path: string, signal: AbortSignal): Promise<T> {
    const response = await this.open(path, { signal });
    return (await response.json()) as T;
  }
}
