import { refusal } from '@imago/contracts';
import {
  createRemoteJWKSet,
  type CryptoKey,
  errors,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type RemoteJWKSetOptions,
} from 'jose';
import { z } from 'zod';

export interface IssuerKeysOptions {
  /** Exactly as tokens name it. */
  readonly issuer: string;
  /** Milliseconds until an answer of the issuer is given up. */
  readonly timeout: number;
  /** Milliseconds between two looks for a key that is not known: made-up ones must not make us ask all the time. */
  readonly cooldown?: number;
}

/** Keys that are not published any more are taken no longer than this, in milliseconds. */
const KEYS_FRESH = 300_000;
const COOLDOWN = 10_000;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** The keys an issuer publishes, found by its discovery document and fetched again when a token has another one. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #set: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /**
   * The key that a token says it was signed with.
   * @throws JOSEError when the issuer has none like it; Refusal identity.unavailable when the issuer cannot be asked
   */
  async keyFor(header: JWTHeaderParameters, jws: FlattenedJWSInput): Promise<CryptoKey> {
    const set = await this.#found();
    try {
      return await set(header, jws);
    } catch (error) {
      if (isOfToken(error)) throw error;
      throw away('Its keys cannot be fetched.', error);
    }
  }

  /** Once, for all who wait for it; a search that failed is not remembered. */
  #found(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    if (this.#set !== undefined) return this.#set;
    const search = this.#discover();
    this.#set = search;
    search.catch(() => {
      this.#set = undefined;
    });
    return search;
  }

  async #discover(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const { issuer, timeout, cooldown = COOLDOWN } = this.#options;
    const found = discovery.safeParse(await this.#fetchDiscovery());
    if (!found.success) throw away('Its discovery document is not one.');
    // Another issuer's document: its keys would open this door.
    if (found.data.issuer !== issuer) throw away('Its discovery document is of another issuer.');
    const keys = new URL(found.data.jwks_uri);
    if (keys.protocol !== 'https:' && !issuer.startsWith('http:')) throw away('Its keys are not at an https URL.');
    const options: RemoteJWKSetOptions = {
      timeoutDuration: timeout,
      cooldownDuration: cooldown,
      cacheMaxAge: KEYS_FRESH,
    };
    return createRemoteJWKSet(keys, options);
  }

  async #fetchDiscovery(): Promise<unknown> {
    const { issuer, timeout } = this.#options;
    try {
      const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeout) });
      if (answer.status === 200) return await answer.json();
      await answer.body?.cancel();
      return undefined;
    } catch (cause) {
      throw away('It does not answer.', cause);
    }
  }
}

/** What is wrong with the token, or is it the issuer that gave no keys? */
function isOfToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}

function away(what: string, cause?: unknown): Error {
  return Object.assign(refusal('identity.unavailable', `The issuer of tokens cannot be asked. ${what}`), { cause });
}
