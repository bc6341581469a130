/** So much of something at once; who asks for more than is left waits in order. */
export class Budget {
  readonly #size: number;
  readonly #waiting: { readonly weight: number; readonly go: () => void }[] = [];
  #free: number;

  constructor(size: number) {
    this.#size = size;
    this.#free = size;
  }

  /** Whether somebody waits for what others have. */
  get isScarce(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes a share, at most everything there is. Answers how to give it back, which must happen once. */
  async take(wanted: number): Promise<() => void> {
    const weight = Math.min(wanted, this.#size);
    if (this.#waiting.length === 0 && weight <= this.#free) this.#free -= weight;
    else await new Promise<void>((go) => this.#waiting.push({ weight, go }));
    return this.#giver(weight);
  }

  /** Takes all that is wanted, when it is there for nobody else; undefined when it is not. Otherwise like {@link take}. */
  takeNow(wanted: number): (() => void) | undefined {
    if (this.isScarce || wanted > this.#free) return undefined;
    this.#free -= wanted;
    return this.#giver(wanted);
  }

  #giver(weight: number): () => void {
    return () => {
      this.#free += weight;
      this.#serveWaiting();
    };
  }

  #serveWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.weight <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.weight;
      next.go();
    }
  }
}
