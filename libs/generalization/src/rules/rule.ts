import type { DiskFacts, Finding, FoundSystem, PointName } from '@imago/readiness';
import type { Plan } from '../plan.ts';

/** What a rule looks at. */
export interface RuleInput {
  readonly system: FoundSystem;
  readonly facts: DiskFacts;
  readonly plan: Plan;
}

/** How what a point of the readiness report finds is mended. */
export interface Rule {
  readonly point: PointName;
  /** What the report says: what is `ok` is not touched. */
  readonly finding: (input: RuleInput) => Promise<Finding>;
  /** Plans changes, or says why there are none. */
  readonly mend: (input: RuleInput) => Promise<void>;
}
