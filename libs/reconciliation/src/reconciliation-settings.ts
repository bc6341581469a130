import { z } from 'zod';

/** What a service that reconciles reads from its environment besides its own settings. */
export const reconciliationEnvironment = {
  /** Seconds between two comparisons of the same truths. */
  RECONCILE_SECONDS: z.coerce.number().min(0.2).max(604_800).default(3600),
  /** Seconds between the two looks of a comparison: what is only under way has arrived by then. */
  RECONCILE_GRACE_SECONDS: z.coerce.number().min(0).max(3600).default(60),
};

export interface ReconciliationSettings {
  readonly RECONCILE_SECONDS: number;
  readonly RECONCILE_GRACE_SECONDS: number;
}
