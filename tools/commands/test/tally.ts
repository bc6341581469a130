/** How many checks and tests of all runners together held, and how many did not. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.reduce((total, { failed }) => total + failed, 0),
  };
}

/** The last line of a run: machines read it. */
export function verdict({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}
