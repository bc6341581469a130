/** Chance that can be repeated: the same numbers for the same seed, from 0 up to 1. */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 up to `below`. */
export function below(random: Random, below: number): number {
  return Math.floor(random() * below);
}

/** One of several, all equally likely. */
export function oneOf<T>(random: Random, among: readonly T[]): T {
  const chosen = among[below(random, among.length)];
  if (chosen === undefined) throw new RangeError('there is nothing to choose from');
  return chosen;
}

/** The seed of `variable` in the environment, to run again what failed, or a new one. */
export function chosenSeed(variable: string): number {
  return Number(process.env[variable] ?? Date.now() % 1_000_000);
}
