import { setTimeout as delay } from 'node:timers/promises';
import { urlFailureOf } from './url-failure.ts';

const ATTEMPTS = 5;
/** Seconds no wait between two attempts is longer than, whatever the server asks for. */
const LONGEST_WAIT = 20;

/** How long one read bears with a server: what may pass is tried again, anything else is thrown at once. */
export class UrlPatience {
  #failures = 0;

  constructor(
    private readonly retrySeconds: number,
    private readonly uri: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Waits before the next attempt, or throws what stands in its way.
   * @param hasGotOn whether this attempt brought so much that the ones before do not count any more
   */
  async after(error: unknown, hasGotOn = false): Promise<void> {
    this.signal?.throwIfAborted();
    const { refusal, passes, asked } = urlFailureOf(error, this.uri);
    this.#failures = hasGotOn ? 1 : this.#failures + 1;
    if (!passes || this.#failures >= ATTEMPTS) throw refusal;
    const grown = this.retrySeconds * 2 ** (this.#failures - 1);
    const seconds = Math.min(Math.max(grown * (0.5 + Math.random() / 2), asked), LONGEST_WAIT);
    await delay(seconds * 1000, undefined, this.signal && { signal: this.signal }).catch(() => {
      this.signal?.throwIfAborted();
    });
  }
}
