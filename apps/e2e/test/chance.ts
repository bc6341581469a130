import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that comes out the same for the same seed, so that what failed can be run again. */
export class Chance {
  readonly #generator;

  constructor(readonly seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** From 0 up to, not including, `below`. */
  upTo(below: number): number {
    return uniformFloat64(this.#generator) * below;
  }

  /** Whether something happens that happens so often, from 0 to 1. */
  happens(probability: number): boolean {
    return uniformFloat64(this.#generator) < probability;
  }

  /** One of them; undefined when there is none. */
  one<T>(of: readonly T[]): T | undefined {
    return of.length === 0 ? undefined : of[uniformInt(this.#generator, 0, of.length - 1)];
  }
}
