import { BudgetSpent } from './unreadable.ts';

/** What a report may spend at most, whatever the disk says. */
export interface ReadinessLimits {
  /** Bytes read of the disk. */
  readonly bytes: number;
  /** Reads of the disk; each costs its source a request at worst. */
  readonly reads: number;
  /** Steps of work on what was read: entries of directories, extents, cells, kibibytes copied. */
  readonly steps: number;
}

export const DEFAULT_READINESS_LIMITS: ReadinessLimits = {
  bytes: 64 * 1024 * 1024,
  reads: 20_000,
  steps: 2_000_000,
};

const STEPS_AT_ONCE = 2_000;

/** What is left to spend. Everything that reads the disk takes from it, so that nothing needs a limit of its own to end. */
export class Budget {
  private readonly limits: ReadinessLimits;
  private bytes = 0;
  private reads = 0;
  private steps = 0;
  private rested = 0;

  constructor(limits: ReadinessLimits) {
    this.limits = limits;
  }

  get bytesRead(): number {
    return this.bytes;
  }

  /** Before a read of the source. */
  takeRead(length: number): void {
    if (this.bytes + length > this.limits.bytes || this.reads + 1 > this.limits.reads)
      throw new BudgetSpent('The disk asks for more reads than an examination makes');
    this.bytes += length;
    this.reads += 1;
  }

  /** Before work in memory. */
  step(count = 1): void {
    this.steps += count;
    if (this.steps > this.limits.steps) throw new BudgetSpent('The disk asks for more work than an examination does');
  }

  /** Whether it is time to let others have the processor. */
  restIsDue(): boolean {
    if (this.steps - this.rested < STEPS_AT_ONCE) return false;
    this.rested = this.steps;
    return true;
  }
}
