import { createHash } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { VerifiedToken } from './identity-provider.ts';

/** Tokens remembered at most: whoever has many makes others be asked for again, and costs no more memory. */
const REMEMBERED = 10_000;
/** Questions to the identity service at the same time, and waiting. */
const ASKING = 32;
const WAITING = 64;

/** A token that has been checked. The token itself is not kept: it opens everything. */
type Known = Omit<VerifiedToken, 'token'>;

/**
 * What an identity service said of tokens, remembered for a short time, so that it is not asked with every request. That
 * time is also the longest that a token is taken after it was revoked. What was refused is asked for again.
 */
export class TokenChecks {
  readonly #known: LRUCache<string, Promise<Known>>;
  readonly #limit = pLimit(ASKING);
  readonly #milliseconds: number;
  readonly #ask: (token: string) => Promise<Known>;

  constructor(ask: (token: string) => Promise<Known>, seconds: number) {
    this.#ask = ask;
    this.#milliseconds = seconds * 1000;
    this.#known = new LRUCache({ max: REMEMBERED });
  }

  /** @throws Refusal of what asks, auth.invalid_token, identity.unavailable */
  async check(token: string): Promise<VerifiedToken> {
    const key = createHash('sha256').update(token).digest('base64url');
    const known = await (this.#known.get(key) ?? this.#learn(key, token));
    // An answer may be remembered longer than the token lives.
    if (known.expires_at.getTime() <= Date.now()) throw refusal('auth.invalid_token', 'The token has expired.');
    return { ...known, token };
  }

  /** Those who bring the same token meanwhile wait for the same answer. */
  #learn(key: string, token: string): Promise<Known> {
    if (this.#limit.pendingCount >= WAITING)
      return Promise.reject(refusal('identity.unavailable', 'Too many tokens are being checked at the same time.'));
    const answer = this.#limit(() => this.#ask(token));
    if (this.#milliseconds === 0) return answer;
    // Counted from the question: what is revoked after it was answered may be true that long, and no longer.
    this.#known.set(key, answer, { ttl: this.#milliseconds });
    answer.catch(() => {
      if (this.#known.peek(key) === answer) this.#known.delete(key);
    });
    return answer;
  }
}
