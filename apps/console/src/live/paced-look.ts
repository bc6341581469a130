/** Milliseconds between two looks, however many changes there are. */
const PACE = 1_000;

/**
 * Says when to look again: at once when something has changed, and once more a moment after the last change, since what
 * is looked at may hear of it later than this page.
 */
export class PacedLook {
  readonly #look: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #more = false;

  constructor(look: () => void) {
    this.#look = look;
  }

  changed(): void {
    this.#more = true;
    if (this.#timer === undefined) this.#next();
  }

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
