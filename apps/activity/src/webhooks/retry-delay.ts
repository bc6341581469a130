/** How attempts follow each other. */
export interface RetryPace {
  readonly firstSeconds: number;
  readonly longestSeconds: number;
}

/** Each wait is so many times the one before. */
const GROWTH = 4;
/** A wait is up to so much shorter or longer, so that what failed together does not come back together. */
const SPREAD = 0.2;

/**
 * Seconds to wait after an attempt, counted from 1. What the receiver asks for is kept to, as far as we wait at all.
 * @param random from 0 up to but without 1
 */
export function retryDelay(
  attempt: number,
  { firstSeconds, longestSeconds }: RetryPace,
  { asked = 0, random }: { readonly asked?: number; readonly random: number },
): number {
  const grown = Math.min(longestSeconds, firstSeconds * GROWTH ** (attempt - 1));
  const spread = grown * (1 - SPREAD + 2 * SPREAD * random);
  return Math.max(spread, Math.min(asked, longestSeconds));
}
