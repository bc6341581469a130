interface Answer<T> {
  readonly value: Promise<T>;
  readonly until: number;
}

/** Answers that are good for a moment, by what they are about: however many ask, the question is put once in it. */
export class Remembered<T> {
  readonly #answers = new Map<string, Answer<T>>();

  constructor(private readonly milliseconds: number) {}

  /** The answer, or, of several that ask at the same time, the one that is under way. A failure is not kept. */
  get(about: string, ask: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const known = this.#answers.get(about);
    if (known !== undefined && known.until > now) return known.value;
    const value = ask();
    this.#answers.set(about, { value, until: now + this.milliseconds });
    value.catch(() => {
      if (this.#answers.get(about)?.value === value) this.#answers.delete(about);
    });
    return value;
  }
}
