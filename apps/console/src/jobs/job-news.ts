import type { EventEnvelope } from '@imago/contracts';

/** Milliseconds between two looks at the board, however many events come. */
const PACE = 1_000;

/**
 * Tells when the board has to be looked at again: at once when a job has changed, and once more a moment after the last
 * change, since the board may hear of it later than this page.
 */
export class JobNews {
  readonly #look: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #more = false;

  constructor(look: () => void) {
    this.#look = look;
  }

  readonly heard = ({ data }: EventEnvelope): void => {
    if (typeof data !== 'object' || data === null || !('job' in data)) return;
    this.#more = true;
    if (this.#timer === undefined) this.#next();
  };

  #next(): void {
    this.#look();
    if (!this.#more) {
      this.#timer = undefined;
      return;
    }
    this.#more = false;
    this.#timer = setTimeout(() => {
      this.#next();
    }, PACE);
  }
}
