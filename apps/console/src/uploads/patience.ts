import { Problem } from '../gateway/problem.ts';
import { pause } from './pause.ts';
import { StoreRefusalError, StoreUnreachableError } from './put-part.ts';

/** Milliseconds before the second try, and between two tries at most. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 20_000;
/** Tries of one request: some minutes. */
const TRIES = 15;

/** Waits, or ends with the reason of the signal. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface PatienceOptions {
  readonly wait?: Wait;
  /** Told whether something that is needed does not answer at the moment. */
  readonly onWaiting: (isWaiting: boolean) => void;
}

/** Tries again what may pass: a cut line, a server that starts anew, a link that is too old. */
export class Patience {
  readonly #wait: Wait;
  readonly #onWaiting: (isWaiting: boolean) => void;
  #waiting = 0;

  constructor({ wait = pause, onWaiting }: PatienceOptions) {
    this.#wait = wait;
    this.#onWaiting = onWaiting;
  }

  /** @throws what the last try did, or at once what does not pass by itself */
  async with<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    let waits = false;
    try {
      for (let tries = 1; ; tries++) {
        try {
          return await attempt();
        } catch (error) {
          signal.throwIfAborted();
          if (!mayPass(error) || tries === TRIES) throw error;
          if (!waits) this.#count(1);
          waits = true;
          await this.#wait(pauseBefore(tries), signal);
        }
      }
    } finally {
      if (waits) this.#count(-1);
    }
  }

  #count(more: 1 | -1): void {
    this.#waiting += more;
    this.#onWaiting(this.#waiting > 0);
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof Problem) return error.status >= 500 || error.status === 429;
  if (error instanceof StoreUnreachableError) return true;
  // A link that is too old is signed anew; bytes that were damaged on their way are sent again.
  if (error instanceof StoreRefusalError)
    return error.status >= 500 || error.status === 403 || ['BadDigest', 'RequestTimeout'].includes(error.code);
  return error instanceof TypeError; // what `fetch` throws when nobody answers
}

function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}
