import { refusal } from '@imago/contracts';
import { z } from 'zod';

export interface KeystoneSessionOptions {
  /** Of Keystone's API, with the version: `http://keystone.internal:5000/v3`. */
  readonly url: string;
  /** Who asks. It needs a role that may validate tokens: `service`, `admin` or whatever Keystone's policy says. */
  readonly user: Credentials;
  /** Milliseconds until an answer is given up. */
  readonly timeout: number;
}

export interface Credentials {
  readonly name: string;
  readonly password: string;
  readonly domain: string;
  readonly project: string;
  readonly project_domain: string;
}

/** A token is renewed this long before it expires, or it would do so on its way. */
const RENEWED_BEFORE = 60_000;

const loginAnswer = z.object({ token: z.object({ expires_at: z.coerce.date() }) });

/** Our own log-in at a Keystone, renewed when it has to be, and what is asked with it. */
export class KeystoneSession {
  readonly #options: KeystoneSessionOptions;
  readonly #tokens: string;
  #own: Promise<string> | undefined;
  /** When another one is got, in milliseconds since 1970. */
  #renewedAt = Infinity;

  constructor(options: KeystoneSessionOptions) {
    this.#options = options;
    this.#tokens = `${options.url.replace(/\/+$/, '')}/auth/tokens`;
  }

  /**
   * What Keystone says of a token; null when it is worth nothing.
   * @throws Refusal identity.unavailable when Keystone does not answer, or does not let us ask
   */
  async lookAt(token: string): Promise<unknown> {
    const own = this.#ownToken();
    const answer = await this.#show(token, await own);
    if (answer.status !== 401) return this.#read(answer);
    await answer.body?.cancel();
    // Our own token is not taken any more: revoked, or Keystone has other keys by now.
    if (this.#own === own) this.#own = undefined;
    return this.#read(await this.#show(token, await this.#ownToken()));
  }

  #show(token: string, own: string): Promise<Response> {
    const headers = { 'x-auth-token': own, 'x-subject-token': token };
    return this.#send(`${this.#tokens}?nocatalog`, { headers });
  }

  async #read(answer: Response): Promise<unknown> {
    if (answer.status === 200) return this.#json(answer);
    await answer.body?.cancel();
    if (answer.status === 404) return null;
    throw away(`It answered ${answer.status} when it was shown a token.`);
  }

  /** One log-in for all who wait for it; one that failed is not remembered. */
  #ownToken(): Promise<string> {
    if (this.#own !== undefined && this.#renewedAt > Date.now()) return this.#own;
    const login = this.#logIn();
    this.#own = login;
    this.#renewedAt = Infinity;
    login.catch(() => {
      if (this.#own === login) this.#own = undefined;
    });
    return login;
  }

  async #logIn(): Promise<string> {
    const { name, password, domain, project, project_domain } = this.#options.user;
    const user = { name, password, domain: { name: domain } };
    const auth = {
      identity: { methods: ['password'], password: { user } },
      scope: { project: { name: project, domain: { name: project_domain } } },
    };
    const answer = await this.#send(`${this.#tokens}?nocatalog`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth }),
    });
    const id = answer.headers.get('x-subject-token');
    if (answer.status !== 201 || id === null) {
      await answer.body?.cancel();
      throw away(`It answered ${answer.status} to our own log-in.`);
    }
    const read = loginAnswer.safeParse(await this.#json(answer));
    if (!read.success) throw away('It answered our own log-in with what is not understood.');
    this.#renewedAt = read.data.token.expires_at.getTime() - RENEWED_BEFORE;
    return id;
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(this.#options.timeout) });
    } catch (cause) {
      throw away('It does not answer.', cause);
    }
  }

  /** The deadline of the request is also that of its body. */
  async #json(answer: Response): Promise<unknown> {
    try {
      return await answer.json();
    } catch (cause) {
      throw away('It broke off.', cause);
    }
  }
}

function away(what: string, cause?: unknown): Error {
  return Object.assign(refusal('identity.unavailable', `The identity service cannot be asked. ${what}`), { cause });
}
