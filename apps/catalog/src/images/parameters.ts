/** The parameters of a statement, numbered as they are added; the same value is passed once. */
export class Parameters {
  readonly values: unknown[] = [];
  readonly #known = new Map<unknown, string>();

  /** How the statement names the value. */
  add(value: unknown, type: string): string {
    const known = this.#known.get(value);
    const name = known ?? `$${this.values.push(value)}`;
    this.#known.set(value, name);
    return `${name}::${type}`;
  }
}
