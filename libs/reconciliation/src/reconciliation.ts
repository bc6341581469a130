import type { Difference, ReconciliationName } from '@imago/contracts';

/** What one look at two truths found. */
export interface Findings {
  /** Things looked at. */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** Holds two truths against each other, and makes the one that follows say what the other says. */
export interface Reconciliation {
  readonly name: ReconciliationName;

  /** The regions there is something in. */
  regions(): Promise<readonly string[]>;

  /** Everything that is told differently now, what is only under way among it. */
  find(region: string): Promise<Findings>;

  /**
   * Makes these right, each by the truth as it is at that moment. Safe to repeat.
   * @returns the subjects of those that are right now; the others can only be reported.
   */
  repair(region: string, differences: readonly Difference[]): Promise<ReadonlySet<string>>;
}

/** The token of the list of a service's reconciliations. */
export const RECONCILIATION_LIST = 'RECONCILIATION_LIST';
