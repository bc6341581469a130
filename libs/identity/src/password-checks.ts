import { createHmac, randomBytes } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { verifyPassword } from './password.ts';

/** Password checks at the same time, and waiting: they are dear on purpose, and must not eat the process. */
const CHECKING = 2;
const WAITING = 50;

/** How many passwords are known to be right, and for how many milliseconds. */
const KNOWN = 1000;
const KNOWN_MS = 300_000;

/**
 * Checks passwords. OpenStack's commands log in each time they run: who was right a moment ago is told at once, by a keyed
 * digest that is worth nothing outside this process. What is wrong is never remembered, so that guessing stays as dear.
 */
export class PasswordChecks {
  readonly #checks = pLimit(CHECKING);
  readonly #right = new LRUCache<string, true>({ max: KNOWN, ttl: KNOWN_MS, ttlResolution: 0, perf: Date });
  readonly #key = randomBytes(32);
  readonly #verify: typeof verifyPassword;

  constructor(verify = verifyPassword) {
    this.#verify = verify;
  }

  /** @throws Refusal service.unavailable while too many are waiting */
  async isRight(password: string, hash: string): Promise<boolean> {
    const digest = createHmac('sha256', this.#key).update(`${hash}\0${password}`).digest('base64');
    if (this.#right.has(digest)) return true;
    if (this.#checks.pendingCount >= WAITING)
      throw refusal('service.unavailable', 'Too many log-ins at the same time.');
    const isRight = await this.#checks(() => this.#verify(password, hash));
    if (isRight) this.#right.set(digest, true);
    return isRight;
  }
}
