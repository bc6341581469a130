/** The keys of a bucket in S3's order (UTF-8 bytes, i.e. code points), kept sorted so that a page costs a search. */
export class SortedKeys {
  readonly #keys: string[] = [];

  get length(): number {
    return this.#keys.length;
  }

  at(index: number): string | undefined {
    return this.#keys[index];
  }

  /** The key must not be there yet. */
  add(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || compareKeys(last, key) < 0) this.#keys.push(key);
    else
      this.#keys.splice(
        this.#search((other) => compareKeys(other, key) >= 0),
        0,
        key,
      );
  }

  delete(key: string): void {
    const index = this.#search((other) => compareKeys(other, key) >= 0);
    if (this.#keys[index] === key) this.#keys.splice(index, 1);
  }

  /** Index of the first key after `marker`. */
  after(marker: string): number {
    return this.#search((key) => compareKeys(key, marker) > 0);
  }

  /** Index of the first key that is `prefix` or greater. */
  from(prefix: string): number {
    return this.#search((key) => compareKeys(key, prefix) >= 0);
  }

  /** Index of the first key behind all that start with `prefix`. */
  behind(prefix: string): number {
    return this.#search((key) => compareKeys(key, prefix) > 0 && !key.startsWith(prefix));
  }

  /** First index for which `holds` is true; it must be false, then true along the order. */
  #search(holds: (key: string) => boolean): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.#keys[middle] ?? '')) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** UTF-16 order differs from UTF-8 order only where a surrogate meets a character from U+E000 on. */
function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
